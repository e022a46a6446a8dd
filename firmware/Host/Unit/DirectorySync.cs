using System.ComponentModel;
using System.Runtime.InteropServices;

namespace BoatTelemetry.Host.Unit;

/// <summary>
/// Makes a rename durable. On Unix the new name lives in the directory, which has an fsync of its own (fsync(2));
/// .NET opens no directories. Windows writes its directories through its file system's journal and needs nothing.
/// </summary>
internal static class DirectorySync
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">The system refused.</exception>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
            return;

        var descriptor = Open(directory, ReadOnly);
        if (descriptor < 0)
            throw Failure("open", directory);

        try
        {
            if (Fsync(descriptor) != 0)
                throw Failure("fsync", directory);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failure(string call, string directory) =>
        new($"{call} {directory}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
