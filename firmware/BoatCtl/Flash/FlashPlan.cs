namespace BoatTelemetry.BoatCtl.Flash;

/// <summary>One call of nanoff.</summary>
/// <param name="What">For people.</param>
/// <param name="Writes">Whether it changes the unit.</param>
/// <param name="Arguments">nanoff's.</param>
internal sealed record FlashStep(string What, bool Writes, IReadOnlyList<string> Arguments)
{
    /// <summary>As one would type it.</summary>
    public string CommandLine(string nanoff) => string.Join(' ', new[] { nanoff }.Concat(Arguments).Select(Quoted));

    private static string Quoted(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '\\' or '+')
        ? word
        : $"\"{word}\"";
}

/// <summary>What is to be done with nanoff, in order.</summary>
internal static class FlashPlan
{
    /// <summary>
    /// The steps. The chip is asked first, since nanoff writes a target's build into whatever chip it finds (Esp32Operations.UpdateFirmwareAsync
    /// compares only where it chose the target itself). The writing is told to be brief: with verbosity normal nanoff moves the cursor of a
    /// console that is not there when it is read by a program, and fails behind a good write. Read in nanoFirmwareFlasher, commit baccab8.
    /// </summary>
    /// <param name="board">The board.</param>
    /// <param name="port">The serial port.</param>
    /// <param name="image">The deployment image; null: the runtime alone.</param>
    /// <param name="runtime">The runtime's version; null for the newest.</param>
    /// <param name="skipRuntime">Whether the runtime stays as it is.</param>
    public static IReadOnlyList<FlashStep> Of(FlashBoard board, string port, string? image, string? runtime, bool skipRuntime)
    {
        List<string> write = ["--target", board.Target, "--serialport", port];
        if (!skipRuntime)
        {
            write.Add("--update");
            if (runtime is not null)
                write.AddRange(["--fwversion", runtime]);
        }

        if (image is not null)
            write.AddRange(["--deploy", "--image", image]);
        write.AddRange(["--verbosity", "minimal"]);
        var what = (skipRuntime, image) switch
        {
            (true, _) => "write the application",
            (false, null) => "write the runtime",
            _ => "write the runtime and the application",
        };
        return
        [
            new FlashStep($"ask whether the chip is an {board.Chip}", Writes: false, ["--platform", "esp32", "--serialport", port, "--devicedetails"]),
            new FlashStep(what, Writes: true, write),
        ];
    }
}
