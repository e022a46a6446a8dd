using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using BoatTelemetry.Facade.Wires;

namespace BoatTelemetry.Host.Unit;

/// <summary>
/// The unit's serial port on the PC: a pseudo-terminal, whose other end any serial tool can open by its path. Bytes go
/// through as they are, whatever rate either side believes in.
/// </summary>
public sealed class PseudoTerminal : IUartLine, IDisposable
{
    // poll.h, the same on Linux and macOS.
    private const short PollIn = 1;
    private const short PollOut = 4;

    // termios.h's "now"; and the largest struct termios there is (macOS 72 bytes, Linux 60) with room to spare.
    private const int SetNow = 0;
    private const int TermiosBytesMax = 256;
    private const int WaitingMax = 4096;
    private const int NameBytesMax = 128;

    private readonly Lock _gate = new();
    private readonly byte[] _waiting = new byte[WaitingMax];
    private readonly int _master;
    private readonly int _slave;
    private int _count;
    private bool _disposed;

    /// <exception cref="HostException">The system has no pseudo-terminals, or none left.</exception>
    public PseudoTerminal()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            throw new HostException("A pseudo-terminal needs Linux or macOS; Windows has none that a serial tool could open.");

        _master = Checked(Posix.OpenMaster(OpenFlags()), "posix_openpt");
        try
        {
            Checked(Posix.Grant(_master), "grantpt");
            Checked(Posix.Unlock(_master), "unlockpt");
            Path = NameOf(_master);

            // Held open here as well: a master whose other end nobody holds reports a hang-up, and forgets raw mode.
            _slave = Checked(Posix.Open(Encoding.UTF8.GetBytes(Path + '\0'), OpenFlags()), "open " + Path);
            MakeRaw(_slave);
        }
        catch
        {
            _ = Posix.Close(_master);
            throw;
        }
    }

    /// <summary>What a serial tool opens.</summary>
    public string Path { get; }

    /// <summary>Bytes of the unit's that nobody took: the terminal's buffer was full.</summary>
    public long DroppedBytes { get; private set; }

    /// <inheritdoc/>
    public int BytesWaiting(int baud)
    {
        lock (_gate)
        {
            Fill();
            return _count;
        }
    }

    /// <inheritdoc/>
    public int Take(int baud, Span<byte> into)
    {
        lock (_gate)
        {
            Fill();
            var taken = Math.Min(_count, into.Length);
            _waiting.AsSpan(0, taken).CopyTo(into);
            _waiting.AsSpan(taken, _count - taken).CopyTo(_waiting);
            _count -= taken;
            return taken;
        }
    }

    /// <inheritdoc/>
    public void Send(int baud, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var left = bytes.ToArray();
            while (left.Length > 0 && !_disposed && IsReady(PollOut))
            {
                var written = (int)Posix.Write(_master, left, left.Length);
                if (written <= 0)
                    break;
                left = left[written..];
            }

            // As a real port: nobody listens, so it is gone.
            DroppedBytes += left.Length;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _ = Posix.Close(_slave);
            _ = Posix.Close(_master);
        }
    }

    private void Fill()
    {
        var room = WaitingMax - _count;
        if (_disposed || room == 0 || !IsReady(PollIn))
            return;
        var buffer = new byte[room];
        var read = (int)Posix.Read(_master, buffer, room);
        if (read <= 0)
            return;
        buffer.AsSpan(0, read).CopyTo(_waiting.AsSpan(_count));
        _count += read;
    }

    private bool IsReady(short what)
    {
        var poll = new PollDescriptor { Descriptor = _master, Events = what };
        return Posix.Poll(ref poll, 1, 0) > 0 && (poll.Returned & what) != 0;
    }

    private static void MakeRaw(int terminal)
    {
        var settings = new byte[TermiosBytesMax];
        Checked(Posix.GetAttributes(terminal, settings), "tcgetattr");
        Posix.MakeRaw(settings);
        Checked(Posix.SetAttributes(terminal, SetNow, settings), "tcsetattr");
    }

    // fcntl.h: O_RDWR and O_NOCTTY.
    private static int OpenFlags() => OperatingSystem.IsMacOS() ? 0x2 | 0x20000 : 0x2 | 0x100;

    private static string NameOf(int master)
    {
        // Linux has the call that needs no static buffer; macOS has only the other one.
        if (OperatingSystem.IsMacOS())
            return Marshal.PtrToStringUTF8(Posix.Name(master)) ?? throw new HostException("ptsname gave no name.");

        var name = new byte[NameBytesMax];
        var error = Posix.Name(master, name, name.Length);
        if (error != 0)
            throw new HostException("ptsname_r: " + new Win32Exception(error).Message);
        return Encoding.UTF8.GetString(name, 0, Array.IndexOf(name, (byte)0));
    }

    private static int Checked(int result, string call)
    {
        return result >= 0 ? result : throw new HostException($"{call}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    // stdlib.h, fcntl.h, unistd.h, poll.h, termios.h
    private static class Posix
    {
        [DllImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
        public static extern int OpenMaster(int flags);

        [DllImport("libc", EntryPoint = "grantpt", SetLastError = true)]
        public static extern int Grant(int master);

        [DllImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
        public static extern int Unlock(int master);

        [DllImport("libc", EntryPoint = "ptsname_r")]
        public static extern int Name(int master, byte[] name, nint bytes);

        [DllImport("libc", EntryPoint = "ptsname")]
        public static extern nint Name(int master);

        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        public static extern int Open(byte[] path, int flags);

        [DllImport("libc", EntryPoint = "close")]
        public static extern int Close(int descriptor);

        [DllImport("libc", EntryPoint = "read", SetLastError = true)]
        public static extern nint Read(int descriptor, byte[] buffer, nint bytes);

        [DllImport("libc", EntryPoint = "write", SetLastError = true)]
        public static extern nint Write(int descriptor, byte[] buffer, nint bytes);

        [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
        public static extern int Poll(ref PollDescriptor descriptors, nuint count, int timeoutMs);

        [DllImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
        public static extern int GetAttributes(int terminal, byte[] settings);

        [DllImport("libc", EntryPoint = "cfmakeraw")]
        public static extern void MakeRaw(byte[] settings);

        [DllImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
        public static extern int SetAttributes(int terminal, int when, byte[] settings);
    }
}
