using System.Runtime.InteropServices;
using System.Text;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.Host.Unit;
using Xunit;

namespace BoatTelemetry.BoatCtl.Tests.Bench;

public sealed class SerialLineTests
{
    // linux/asm-generic/ioctls.h: TIOCGEXCL.
    private const nuint GetExclusive = 0x80045440;
    private const int ReadWriteNoTerminal = 0x2 | 0x100;

    [Fact]
    public void Open_ThenClosed_IsFreeForTheNextProgram()
    {
        using var terminal = new PseudoTerminal();
        using (SerialLine.Open(terminal.Path))
            Assert.True(IsTaken(terminal.Path));

        Assert.False(IsTaken(terminal.Path));
    }

    // A superuser may open what is taken, so the tests ask the kernel.
    private static bool IsTaken(string path)
    {
        var descriptor = Open(Encoding.UTF8.GetBytes(path + '\0'), ReadWriteNoTerminal);
        Assert.True(descriptor >= 0 || Marshal.GetLastPInvokeError() == 16);
        if (descriptor < 0)
            return true;

        Assert.Equal(0, Control(descriptor, GetExclusive, out var isExclusive));
        Assert.Equal(0, Close(descriptor));
        return isExclusive != 0;
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int descriptor, nuint request, out int value);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
