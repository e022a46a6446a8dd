using System;
using System.IO;

namespace BoatTelemetry.BoatUnit.Storage;

/// <summary>The size of the littlefs partition that the flashed image has.</summary>
public static class InternalPartition
{
    /// <summary>Bytes; the small partition's where the platform does not tell, which fits in both.</summary>
    public static int Bytes()
    {
        try
        {
            DriveInfo[] drives = DriveInfo.GetDrives();
            for (int i = 0; i < drives.Length; i++)
            {
                if (drives[i].Name == LittleFsFlash.InternalDrive && drives[i].TotalSize >= StorageMap.LargePartitionBytes)
                {
                    return StorageMap.LargePartitionBytes;
                }
            }
        }
        catch (Exception)
        {
            // Targets without the drive's native part throw; they are the ones with the small partition.
        }

        return StorageMap.SmallPartitionBytes;
    }
}
