namespace BoatTelemetry.BoatUnit.Tests.Hardware;

/// <summary>
/// What is connected in KiCad's schematic files, from where things are drawn: pins, wires' ends and labels that meet in a
/// point, labels of one name in a sheet, global labels and supply signs of one name everywhere.
/// </summary>
internal sealed class KicadNets
{
    private readonly Dictionary<string, string> _parents = [];
    private readonly List<(string Pin, string Point)> _pins = [];

    /// <summary>Points that are marked as left open.</summary>
    private readonly HashSet<string> _opens = [];

    /// <summary>Reads the sheets of a folder.</summary>
    public KicadNets(string folder)
    {
        foreach (var file in Directory.GetFiles(folder, "*.kicad_sch").Order(StringComparer.Ordinal))
            AddSheet(Path.GetFileName(file), SExpression.Parse(File.ReadAllText(file)));
    }

    /// <summary>The pins of each net, "U1.3", in order; the open ones left out.</summary>
    public HashSet<string> Nets =>
        [.. _pins.Where(pin => !_opens.Contains(pin.Point)).GroupBy(pin => Root(pin.Point))
            .Select(net => string.Join(' ', net.Select(pin => pin.Pin).Order(StringComparer.Ordinal)))];

    /// <summary>The pins that are marked as left open.</summary>
    public IEnumerable<string> OpenPins => _pins.Where(pin => _opens.Contains(pin.Point)).Select(pin => pin.Pin);

    private void AddSheet(string sheet, SExpression file)
    {
        var library = file.The("lib_symbols").All("symbol").ToDictionary(symbol => symbol.Word(1));
        foreach (var wire in file.All("wire"))
        {
            var ends = wire.The("pts").All("xy").Select(end => Point(sheet, end.Number(1), end.Number(2))).ToList();
            Join(ends[0], ends[1]);
        }

        foreach (var label in file.All("label"))
            Join(At(sheet, label), $"{sheet}:{label.Word(1)}");
        foreach (var label in file.All("global_label"))
            Join(At(sheet, label), $"global:{label.Word(1)}");
        foreach (var open in file.All("no_connect"))
            _opens.Add(At(sheet, open));
        foreach (var symbol in file.All("symbol"))
            AddSymbol(sheet, symbol, library[symbol.The("lib_id").Word(1)]);
    }

    private void AddSymbol(string sheet, SExpression symbol, SExpression shape)
    {
        var at = symbol.The("at");
        var reference = symbol.All("property").Single(property => property.Word(1) == "Reference").Word(2);
        foreach (var pin in shape.All("symbol").SelectMany(part => part.All("pin")))
        {
            var (x, y) = (pin.The("at").Number(1), pin.The("at").Number(2));
            var point = at.Number(3) == 90 ? Point(sheet, at.Number(1) - y, at.Number(2) - x) : Point(sheet, at.Number(1) + x, at.Number(2) - y);
            if (reference.StartsWith("#PWR", StringComparison.Ordinal))
                Join(point, $"global:{pin.The("name").Word(1)}");
            else if (reference[0] != '#' && pin.Word(1) != "no_connect")
                _pins.Add(($"{reference}.{pin.The("number").Word(1)}", point));
        }
    }

    private static string At(string sheet, SExpression item) => Point(sheet, item.The("at").Number(1), item.The("at").Number(2));

    private static string Point(string sheet, decimal x, decimal y) => $"{sheet}:{x:0.00}/{y:0.00}";

    private string Root(string name)
    {
        while (_parents.TryGetValue(name, out var parent))
            name = parent;
        return name;
    }

    private void Join(string one, string other)
    {
        var (from, to) = (Root(one), Root(other));
        if (from != to)
            _parents[from] = to;
    }
}
