using System.Text;
using System.Text.Json.Nodes;
using BoatTelemetry.BoatCtl.Terminal;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>A password or PIN on its way from a file to the unit: it is in no message and on no command line.</summary>
internal static class UnitSecret
{
    // More than the longest of them; what is longer is no secret but a wrong file.
    private const int BytesMax = 1_024;

    /// <summary>The first line of a file; empty unsets a secret.</summary>
    /// <exception cref="CommandException">It cannot be read, or is no secret.</exception>
    public static string FromFile(string file)
    {
        try
        {
            using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return Checked(reader.ReadLine() ?? "", file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new CommandException(ExitCode.Missing, "unreadable", $"{file}: {e.Message}");
        }
    }

    /// <summary>The first line of standard input.</summary>
    /// <exception cref="CommandException">There is none, or it is no secret.</exception>
    public static string FromInput() => Checked(
        Console.In.ReadLine() ?? throw new CommandException(ExitCode.Missing, "no-secret", "Standard input ended without a line; nothing was changed. An empty line unsets a secret."),
        "standard input");

    /// <summary>Gives it to the unit; the unit's reply.</summary>
    /// <exception cref="BenchException">It was not done.</exception>
    public static JsonObject Set(BenchClient bench, string name, string value)
    {
        // As bytes: the unit's JSON parser changes a text that looks like a date or begins with a quote.
        var fields = new JsonObject { ["name"] = name };
        fields[value.Length == 0 ? "value" : "hex"] = BitConverter.ToString(Encoding.UTF8.GetBytes(value));
        return bench.Ask("secret set", fields);
    }

    private static string Checked(string value, string from) => Encoding.UTF8.GetByteCount(value) <= BytesMax
        ? value
        : throw new CommandException(ExitCode.Usage, "too-long", $"The first line of {from} has more than {BytesMax} bytes: not a secret of a unit.");
}
