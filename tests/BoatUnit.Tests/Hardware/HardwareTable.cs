using BoatTelemetry.TestSupport;
using Microsoft.VisualBasic.FileIO;

namespace BoatTelemetry.BoatUnit.Tests.Hardware;

/// <summary>A table of hardware/: CSV with a header, cells with commas in quotes.</summary>
internal static class HardwareTable
{
    /// <summary>The rows of a file below hardware/, each by the header's names.</summary>
    public static List<Dictionary<string, string>> Read(params string[] path)
    {
        using var parser = new TextFieldParser(RepositoryPaths.InRepository(["hardware", .. path]));
        parser.SetDelimiters(",");
        var header = parser.ReadFields()!;
        var rows = new List<Dictionary<string, string>>();
        while (!parser.EndOfData)
        {
            var line = parser.LineNumber;
            var cells = parser.ReadFields()!;
            if (cells.Length != header.Length)
                throw new InvalidDataException($"{string.Join('/', path)}:{line}: {cells.Length} cells, the header has {header.Length}");
            rows.Add(header.Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second));
        }

        return rows;
    }
}
