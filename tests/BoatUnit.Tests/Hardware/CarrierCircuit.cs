using BoatTelemetry.TestSupport;

namespace BoatTelemetry.BoatUnit.Tests.Hardware;

/// <summary>One pin of the carrier's circuit.</summary>
/// <param name="Reference">The part, such as U301.</param>
/// <param name="Number">The pin's number in the symbol.</param>
/// <param name="Name">Its name in the symbol.</param>
/// <param name="Type">Its electrical type, as KiCad names them.</param>
/// <param name="Net">What it is connected to; a dash if it is left open.</param>
/// <param name="Block">The block of the drawing that it stands in.</param>
internal sealed record CircuitPin(string Reference, string Number, string Name, string Type, string Net, string Block)
{
    /// <summary>Left open on purpose.</summary>
    public bool IsOpen => Net == "-";
}

/// <summary>hardware/carrier/circuit.txt with symbols.csv, read apart from the scripts that draw it.</summary>
internal sealed class CarrierCircuit
{
    private readonly Dictionary<string, List<Dictionary<string, string>>> _symbols =
        HardwareTable.Read("carrier", "symbols.csv").GroupBy(row => row["symbol"]).ToDictionary(group => group.Key, group => group.ToList());

    private CarrierCircuit()
    {
        var block = "";
        foreach (var words in Lines().Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (words[0] == "block")
                block = string.Join(' ', words[1..]);
            else if (words[0] is not ("sheet" or "note" or "flag"))
                Pins.AddRange(PinsOf(words[0], words[1], words[2..], block));
        }
    }

    /// <summary>Every pin of every part.</summary>
    public List<CircuitPin> Pins { get; } = [];

    /// <summary>The circuit as it is in the repository.</summary>
    public static CarrierCircuit Read() => new();

    private static List<string> Lines()
    {
        var joined = new List<string>();
        foreach (var line in File.ReadLines(RepositoryPaths.InRepository("hardware", "carrier", "circuit.txt")))
        {
            if (line.StartsWith(' '))
                joined[^1] += line;
            else if (line.Length > 0 && line[0] != '#')
                joined.Add(line);
        }

        return joined;
    }

    private IEnumerable<CircuitPin> PinsOf(string reference, string symbol, string[] ends, string block)
    {
        var pins = _symbols[symbol];
        if (!ends[0].Contains('=', StringComparison.Ordinal))
            return pins.Zip(ends, (pin, net) => new CircuitPin(reference, pin["pin"], pin["name"], pin["type"], net, block));
        var nets = ends.Select(end => end.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        return pins.Select(pin => new CircuitPin(reference, pin["pin"], pin["name"], pin["type"], NetOf(pin, nets, reference), block));
    }

    private static string NetOf(Dictionary<string, string> pin, Dictionary<string, string> nets, string reference) =>
        nets.TryGetValue(pin["pin"], out var byNumber) ? byNumber
        : nets.TryGetValue(pin["name"], out var byName) ? byName
        : throw new InvalidDataException($"{reference}: pin {pin["pin"]} {pin["name"]} is neither connected nor open");
}
