using System;
using System.IO;

namespace BoatTelemetry.BoatUnit.Storage;

/// <summary>A certificate that was put beside the unit's own files (nanoff --filedeployment), for those who do not set it over the console.</summary>
public static class CertificateFile
{
    /// <summary>Reads it; false if there is no name, no such file, or it cannot be read.</summary>
    public static bool TryRead(string name, out byte[] content)
    {
        content = null;
        if (name.Length == 0)
        {
            return false;
        }

        try
        {
            content = File.ReadAllBytes(LittleFsFlash.InternalDrive + name);
            return content.Length > 0;
        }
        catch (Exception)
        {
            // The platform's own exceptions differ by target; which it was helps nobody at sea.
            return false;
        }
    }
}
