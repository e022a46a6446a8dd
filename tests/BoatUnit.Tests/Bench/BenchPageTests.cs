using System.Globalization;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Bench;

/// <summary>
/// Every example of docs/bench-console.md, in the page's order, against one console: lines after "> " are sent, lines
/// after "&lt; " must come back, each of them and no other.
/// </summary>
public sealed class BenchPageTests(ITestOutputHelper output)
{
    [Fact]
    public void BenchPage_EveryExample_IsWhatTheConsoleSays()
    {
        var world = new BenchWorld();
        var examples = Examples();
        Assert.True(examples.Count >= 15);
        var differing = 0;
        foreach (var (request, replies) in examples)
        {
            var got = world.Ask(request);
            world.RunFor(RunMs(request));
            got = [.. world.Lines];
            output.WriteLine("> " + request);
            foreach (var line in got)
                output.WriteLine("< " + line);
            differing += got.SequenceEqual(replies) ? 0 : 1;
        }

        Assert.Equal(0, differing);
    }

    [Fact]
    public void BenchPage_EveryCommand_HasAnExample()
    {
        var world = new BenchWorld();
        using var help = System.Text.Json.JsonDocument.Parse(Assert.Single(world.Ask("{\"cmd\":\"help\"}")));
        foreach (var command in help.RootElement.GetProperty("commands").EnumerateObject())
            Assert.Contains(Examples(), e => e.Request.Contains($"\"cmd\":\"{command.Name}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void BenchPage_EveryKey_StandsInItsTable()
    {
        var page = File.ReadAllText(RepositoryPaths.InRepository("docs", "bench-console.md"));
        foreach (var entry in ConfigKeys.All)
        {
            var row = $"| `{entry.Key}` | {entry.Allowed()} | {(entry.AtOnce ? "now" : "reboot")} | {Default(entry)} |";
            Assert.True(page.Contains(row, StringComparison.Ordinal), row);
        }
    }

    private static string Default(ConfigEntry entry) => entry.Kind switch
    {
        ConfigKind.Flag => entry.DefaultNumber == 0 ? "false" : "true",
        ConfigKind.Number => entry.DefaultNumber.ToString(CultureInfo.InvariantCulture),
        ConfigKind.Choice => entry.Choices[entry.DefaultNumber],
        ConfigKind.Day => "the release's day",
        _ => entry.DefaultText.Length == 0 ? "empty" : entry.DefaultText,
    };

    // The live view runs on; one more interval of it is part of its example.
    private static long RunMs(string request) => request.Contains("\"on\":true", StringComparison.Ordinal) ? 1_000 : 0;

    private static List<(string Request, List<string> Replies)> Examples()
    {
        var examples = new List<(string Request, List<string> Replies)>();
        foreach (var line in File.ReadLines(RepositoryPaths.InRepository("docs", "bench-console.md")))
        {
            if (line.StartsWith("> ", StringComparison.Ordinal))
                examples.Add((line[2..], []));
            else if (line.StartsWith("< ", StringComparison.Ordinal))
                examples[^1].Replies.Add(line[2..]);
        }

        return examples;
    }
}
