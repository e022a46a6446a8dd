using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace BoatTelemetry.Serial;

/// <summary>
/// A serial device of Linux: raw bytes, 8 data bits, no parity, one stop bit, no flow control, whatever rate. Through
/// TCSETS2 of the kernel itself, which takes any rate; libc's tcsetattr takes only rates that have a name, and the names'
/// numbers changed with glibc 2.42.
/// </summary>
public sealed class SerialDevice : IDisposable
{
    // linux/asm-generic/{fcntl,ioctls,termbits}.h, the same on x86, ARM and RISC-V.
    private const int ReadWrite = 0x2;
    private const int NoControllingTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const nuint GetTermios2 = 0x802C542A;
    private const nuint SetTermios2 = 0x402C542B;
    private const nuint Exclusive = 0x540C;
    private const nuint NotExclusive = 0x540D;
    private const nuint GetExclusive = 0x80045440;
    private const nuint FlushQueues = 0x540B;
    private const int FlushInput = 0;
    private const uint CharacterSize8 = 0x30;
    private const uint ReceiverOn = 0x80;
    private const uint IgnoreModemLines = 0x800;
    private const uint OtherRate = 0x1000;
    private const int InputRateShift = 16;
    private const short PollIn = 0x1;
    private const short PollOut = 0x4;
    private const short PollFailed = 0x8 | 0x10 | 0x20;
    private const int ErrorInterrupted = 4;
    private const int ErrorAgain = 11;

    // sys/file.h: LOCK_EX | LOCK_NB.
    private const int LockAlone = 0x2 | 0x4;
    private const string PseudoTerminals = "/dev/pts/";

    // struct termios2 of asm-generic/termbits.h: four words of flags, the line, 19 control characters, two rates.
    private const int SettingsBytes = 44;
    private const int InputFlagsAt = 0;
    private const int OutputFlagsAt = 4;
    private const int ControlFlagsAt = 8;
    private const int LocalFlagsAt = 12;
    private const int LeastTimeAt = 17 + 5;
    private const int LeastBytesAt = 17 + 6;
    private const int InputRateAt = 36;
    private const int OutputRateAt = 40;

    private readonly int _descriptor;
    private readonly Lock _lock = new();
    private bool _isClosed;
    private bool _hasTaken;

    private SerialDevice(int descriptor)
    {
        _descriptor = descriptor;
    }

    /// <summary>Opens a device and takes it for this process alone.</summary>
    /// <remarks>
    /// By flock(2), which ends with the process however that ends, and for programs that do not look at that by TIOCEXCL (ioctl_tty(2)). The
    /// kernel lets a superuser open a device that is so taken, so whether it is, is asked for before anything is changed in it. Another
    /// superuser can still open it after this. A pseudo-terminal's other side keeps it open, and with it what a program that was killed had
    /// set: there flock has to do.
    /// </remarks>
    /// <exception cref="IOException">It is not there, is no serial device, may not be opened, or is taken.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static SerialDevice Open(string path, int baudRate)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("A serial device is opened on Linux only; use ser2net or the like and a TCP stream.");

        // Not blocking: opening would otherwise wait for the carrier.
        var descriptor = Posix.Open(Encoding.UTF8.GetBytes(path + '\0'), ReadWrite | NoControllingTerminal | NonBlocking | CloseOnExec);
        if (descriptor < 0)
            throw Failure(path, "open");
        var device = new SerialDevice(descriptor);
        try
        {
            device.TakeAlone(path);
            device.SetRaw(path, baudRate);
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>Reads what has come, waiting for it no longer than this. 0 is nothing; -1 is the end: unplugged, or failed.</summary>
    public int Read(byte[] bytes, int timeoutMs)
    {
        var ready = Wait(PollIn, timeoutMs);
        if (ready <= 0)
            return ready;
        var read = (int)Posix.Read(_descriptor, bytes, bytes.Length);
        if (read > 0)
            return read;
        return read < 0 && IsPassing() ? 0 : -1;
    }

    /// <summary>Writes all of it, waiting no longer than this; false if it has not gone out.</summary>
    public bool TryWrite(ReadOnlySpan<byte> bytes, int timeoutMs)
    {
        lock (_lock)
        {
            var deadline = Environment.TickCount64 + timeoutMs;
            while (!bytes.IsEmpty)
            {
                var left = (int)Math.Max(0, deadline - Environment.TickCount64);
                if (_isClosed || Wait(PollOut, left) <= 0)
                    return false;
                var written = (int)Posix.Write(_descriptor, bytes.ToArray(), bytes.Length);
                if (written < 0 && !IsPassing())
                    return false;
                bytes = bytes[Math.Max(0, written)..];
            }

            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A descriptor's number is given out again: nobody may use it after this.
        lock (_lock)
        {
            if (!_isClosed)
            {
                // Only by whoever took it: a superuser would end another program's hold.
                if (_hasTaken)
                    _ = Posix.Control(_descriptor, NotExclusive, 0);
                _ = Posix.Close(_descriptor);
            }

            _isClosed = true;
        }
    }

    private static bool IsPassing() => Marshal.GetLastPInvokeError() is ErrorInterrupted or ErrorAgain;

    private static IOException Failure(string path, string call) =>
        new($"{path}: {call}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    private static IOException Taken(string path) => new($"{path}: another program has taken it for itself");

    private void TakeAlone(string path)
    {
        var isTaken = new byte[sizeof(int)];
        if (Posix.Control(_descriptor, GetExclusive, isTaken) < 0)
            throw Failure(path, "not a serial device");
        if (MemoryMarshal.Read<int>(isTaken) != 0)
            throw Taken(path);
        if (Posix.Lock(_descriptor, LockAlone) < 0)
            throw IsPassing() ? Taken(path) : Failure(path, "lock");
        if (IsPseudoTerminal(path))
            return;
        if (Posix.Control(_descriptor, Exclusive, 0) < 0)
            throw Failure(path, "exclusive use");
        _hasTaken = true;
    }

    private static bool IsPseudoTerminal(string path) =>
        (File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path).StartsWith(PseudoTerminals, StringComparison.Ordinal);

    private void SetRaw(string path, int baudRate)
    {
        var settings = new byte[SettingsBytes];
        if (Posix.Control(_descriptor, GetTermios2, settings) < 0)
            throw Failure(path, "not a serial device");
        Put(settings, InputFlagsAt, 0);
        Put(settings, OutputFlagsAt, 0);
        Put(settings, LocalFlagsAt, 0);
        Put(settings, ControlFlagsAt, CharacterSize8 | ReceiverOn | IgnoreModemLines | OtherRate | (OtherRate << InputRateShift));
        settings[LeastTimeAt] = 0;
        settings[LeastBytesAt] = 1;
        Put(settings, InputRateAt, (uint)baudRate);
        Put(settings, OutputRateAt, (uint)baudRate);
        if (Posix.Control(_descriptor, SetTermios2, settings) < 0)
            throw Failure(path, $"{baudRate} baud");

        // What lay in the driver's buffer is older than this stream.
        _ = Posix.Control(_descriptor, FlushQueues, FlushInput);
    }

    private static void Put(byte[] settings, int at, uint value) => MemoryMarshal.Write(settings.AsSpan(at), in value);

    // 1 ready, 0 not in time, -1 the end.
    private int Wait(short what, int timeoutMs)
    {
        var poll = new PollDescriptor { Descriptor = _descriptor, Events = what };
        var count = Posix.Poll(ref poll, 1, timeoutMs);
        if (count < 0)
            return IsPassing() ? 0 : -1;
        if ((poll.Returned & what) != 0)
            return 1;
        return (poll.Returned & PollFailed) != 0 ? -1 : 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    // fcntl.h, unistd.h, poll.h, sys/ioctl.h
    private static class Posix
    {
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

        [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
        public static extern int Lock(int descriptor, int operation);

        [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
        public static extern int Control(int descriptor, nuint request, byte[] settings);

        [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
        public static extern int Control(int descriptor, nuint request, nint argument);
    }
}
