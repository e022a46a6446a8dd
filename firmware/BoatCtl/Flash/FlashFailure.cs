using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Flash;

/// <summary>A way in which flashing fails, and what to do about it.</summary>
/// <param name="Word">Lower case, hyphens, stable.</param>
/// <param name="ExitCode">Where nothing was written yet; while writing, <see cref="ExitCode.HalfDone"/> takes its place.</param>
/// <param name="Advice">What it is and what to do.</param>
internal sealed record FlashFailure(string Word, int ExitCode, string Advice);

/// <summary>Finds out from what nanoff, the boot loader and the system said why flashing failed.</summary>
/// <remarks>
/// nanoff ends its output with "Error E4000: text", or with "E4000" alone where it was told to be brief, and exits with that number, of which a
/// Unix keeps the low eight bits: its text is looked at first. Texts from nanoFirmwareFlasher, commit baccab8 (ExitCodes.cs, EspTool.cs,
/// Esp32BootloaderClient.cs), from esptool for versions of nanoff that still run it (loader.py; issue 741 and others), and from ESP-IDF's and the
/// ROM's own output.
/// </remarks>
internal static class FlashFailures
{
    private static readonly FlashFailure _portBusy = new(
        "port-busy", ExitCode.NotReached, "The port is in use: close every terminal and monitor on it, and try again.");

    private static readonly FlashFailure _notAllowed = new(
        "port-denied", ExitCode.NotReached, "The port may not be opened: on Debian the user must be in the group dialout (then log in again).");

    private static readonly FlashFailure _notBoot = new(
        "not-in-boot-mode", ExitCode.NotReached, "The chip did not go into its boot loader: hold BOOT, press and let go RESET (EN), let go BOOT, and try again; use a cable that carries data.");

    private static readonly FlashFailure _noPort = new(
        "no-port", ExitCode.NotReached, "There is no such port: look with \"boatctl ports\" which one appears when the unit is plugged in.");

    private static readonly FlashFailure _brownOut = new(
        "brown-out", ExitCode.NotReached, "The supply broke down (brown-out): plug the unit into a port of the computer itself, not a hub, with a short cable, and take LoRa and modem supplies off for flashing.");

    private static readonly FlashFailure _wrongChip = new("wrong-chip", ExitCode.Refused, "The chip is another one than the board's: choose the board that is plugged in (--board).");

    private static readonly FlashFailure _noRuntime = new(
        "no-runtime", ExitCode.Missing, "The runtime could not be had: there is no such target or version, or no way to nanoFramework's package server. Connect to the internet, or leave the runtime as it is with --skip-runtime.");

    private static readonly FlashFailure _noImage = new("no-image", ExitCode.Missing, "The application's image is not there or cannot be used: check --image.");

    private static readonly FlashFailure _writeFailed = new(
        "write-failed", ExitCode.NotReached, "The flash was not written whole: try again with a shorter cable and no hub. What is half written is written anew.");

    private static readonly FlashFailure _flashSize = new("flash-size", ExitCode.Refused, "The chip's flash has a size that the target does not support: the board is another one, or its flash does not answer.");

    private static readonly FlashFailure _usage = new(
        "nanoff-usage", ExitCode.Missing, "nanoff does not understand the command: update it with \"dotnet tool update -g nanoff\".");

    private static readonly FlashFailure _other = new("nanoff-failed", ExitCode.NotReached, "nanoff failed; its last lines say with what.");

    // What is more exact stands first: nanoff ends most of them with E4000 or E6000.
    private static readonly (string Text, FlashFailure Failure)[] _texts =
    [
        ("Brownout detector was triggered", _brownOut),
        ("Device or resource busy", _portBusy),
        ("is denied", _portBusy),
        ("being used by another process", _portBusy),
        ("Resource temporarily unavailable", _portBusy),
        ("port is busy", _portBusy),
        ("Permission denied", _notAllowed),
        ("This chip is ", _wrongChip),
        ("Unknown ESP32 chip", _wrongChip),
        ("Wrong boot mode detected", _notBoot),
        ("The chip needs to be in download mode", _notBoot),
        ("Hold down the BOOT/FLASH button", _notBoot),
        ("Try to put the board in bootloader manually", _notBoot),
        ("No sync response received", _notBoot),
        ("No serial data received", _notBoot),
        ("Timed out waiting for packet header", _notBoot),
        ("Invalid head of packet", _notBoot),
        ("MD5 of file does not match data in flash", _writeFailed),
        ("The chip stopped responding", _writeFailed),
        ("No such file or directory", _noPort),
    ];

    private static readonly (int Code, FlashFailure Failure)[] _codes =
    [
        (4001, _flashSize), (4002, _writeFailed), (4003, _writeFailed), (4004, _writeFailed), (4005, _noPort),
        (6000, _notBoot), (6001, _noPort), (6002, _portBusy),
        (9000, _usage), (9005, _noRuntime), (9006, _noRuntime), (9007, _noRuntime), (9008, _noImage), (9009, _noImage), (9010, _noPort),
    ];

    /// <summary>The failure that these lines and this exit code mean.</summary>
    public static FlashFailure Of(IReadOnlyList<string> lines, int exitCode)
    {
        ArgumentNullException.ThrowIfNull(lines);
        foreach (var (text, failure) in _texts)
        {
            if (lines.Any(line => line.Contains(text, StringComparison.OrdinalIgnoreCase)))
                return failure;
        }

        foreach (var (code, failure) in _codes)
        {
            var name = $"E{code}";
            if (lines.Any(line => line.StartsWith($"Error {name}", StringComparison.Ordinal) || line.Trim() == name) || exitCode == code)
                return failure;
        }

        return _codes.FirstOrDefault(entry => exitCode == entry.Code % 256 && !OperatingSystem.IsWindows()).Failure ?? _other;
    }

    /// <summary>The failure of a chip that is not the board's.</summary>
    public static FlashFailure WrongChip(FlashBoard board, string chip) =>
        _wrongChip with { Advice = $"The chip is an {chip}, and {board.Model} has an {board.Chip}. Nothing was written. Choose the board that is plugged in (--board)." };

    /// <summary>What a starting unit's console shows when it does not start; null if there is nothing of the kind.</summary>
    public static FlashFailure? OfStart(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Contains("Brownout detector was triggered", StringComparison.OrdinalIgnoreCase))
            return _brownOut;
        if (text.Contains("waiting for download", StringComparison.OrdinalIgnoreCase))
            return _notBoot with { Word = "in-boot-mode", Advice = "The chip stayed in its boot loader: press RESET (EN), with BOOT let go." };
        return text.Contains("invalid header", StringComparison.OrdinalIgnoreCase) || text.Contains("flash read err", StringComparison.OrdinalIgnoreCase)
            ? _writeFailed with { Advice = "The boot loader finds nothing to start in the flash: flash again, with the runtime." }
            : null;
    }
}
