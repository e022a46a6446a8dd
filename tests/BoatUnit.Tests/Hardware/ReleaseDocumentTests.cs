using System.Diagnostics;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Hardware;

/// <summary>What hardware/tools writes: as committed, and with the nets of the circuit.</summary>
public sealed class ReleaseDocumentTests
{
    private static readonly string[] _written = ["carrier/kicad", "carrier/drawing", "harness", "power.csv"];

    [Fact]
    public void Build_FromTheSources_GivesTheCommittedFiles()
    {
        var target = Directory.CreateTempSubdirectory("hardware-").FullName;
        try
        {
            Run(target);

            var fresh = FilesOf(target).ToDictionary(path => path, path => File.ReadAllText(Path.Combine(target, path)));
            var stale = fresh.Where(file => ReadCommitted(file.Key) != file.Value).Select(file => file.Key);
            Assert.Equal([], stale);
            var forgotten = _written.SelectMany(CommittedOf).Where(path => !fresh.ContainsKey(path));
            Assert.Equal([], forgotten);
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    [Fact]
    public void Schematic_ByWhereThingsAreDrawn_HasTheCircuitsNets()
    {
        var pins = CarrierCircuit.Read().Pins.Where(pin => pin.Type != "no_connect").ToList();
        var expected = pins.Where(pin => !pin.IsOpen).GroupBy(pin => pin.Net)
            .Select(net => string.Join(' ', net.Select(pin => $"{pin.Reference}.{pin.Number}").Order(StringComparer.Ordinal)));

        var drawn = new KicadNets(RepositoryPaths.InRepository("hardware", "carrier", "kicad"));

        Assert.Equal(expected.Order(StringComparer.Ordinal), drawn.Nets.Order(StringComparer.Ordinal));
        Assert.Equal(pins.Where(pin => pin.IsOpen).Select(pin => $"{pin.Reference}.{pin.Number}").Order(StringComparer.Ordinal),
            drawn.OpenPins.Order(StringComparer.Ordinal));
    }

    private static string? ReadCommitted(string path)
    {
        var file = RepositoryPaths.InRepository("hardware", path);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    private static IEnumerable<string> CommittedOf(string path)
    {
        var hardware = RepositoryPaths.InRepository("hardware");
        return Directory.Exists(Path.Combine(hardware, path))
            ? Directory.GetFiles(Path.Combine(hardware, path)).Where(file => !file.EndsWith(".csv", StringComparison.Ordinal))
                .Select(file => Path.GetRelativePath(hardware, file).Replace('\\', '/'))
            : [path];
    }

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'));

    private static void Run(string target)
    {
        var start = new ProcessStartInfo(ToolPath.Find("python3", package: "python3"), [RepositoryPaths.InRepository("hardware", "tools", "build.py"), target])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }
}
