using System.Diagnostics;
using System.Text;
using BoatTelemetry.BoatUnit.Bench;
using BoatTelemetry.Facade.Wires;
using BoatTelemetry.Host.Unit;
using Xunit;

namespace BoatTelemetry.BoatUnit.Tests.Host;

/// <summary>A serial tool's view: the console is a device that can be opened, written and read.</summary>
public sealed class PseudoTerminalTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Console_OnAPseudoTerminal_AnswersWhoOpensItsPath()
    {
        if (OperatingSystem.IsWindows())
            return;

        BoardWires.Current = new BoardWires();
        using var terminal = new PseudoTerminal();
        BoardWires.Current.Connect<IUartLine>("COM3", terminal);
        using var port = new SerialBenchPort("COM3");
        Assert.True(port.TryOpen());
        var console = new BenchConsole(port, []);
        await using var tool = new FileStream(terminal.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
        await tool.WriteAsync(Encoding.ASCII.GetBytes("{\"id\":7,\"cmd\":\"help\"}\n"));
        var reply = Task.Run(() => ReadLine(tool));
        var clock = Stopwatch.StartNew();
        while (!reply.IsCompleted && clock.Elapsed < _patience)
        {
            console.Poll(clock.ElapsedMilliseconds);
            await Task.Yield();
        }

        Assert.True(reply.IsCompleted, "no reply");
        Assert.Equal("{\"id\":7,\"ok\":true,\"commands\":{\"help\":\"\"}}", await reply);
        Assert.Equal(0, terminal.DroppedBytes);
        Assert.Equal(0, port.Failures);
    }

    [Fact]
    public void Bytes_BothWays_GoThroughAsTheyAre()
    {
        if (OperatingSystem.IsWindows())
            return;

        using var terminal = new PseudoTerminal();
        using var tool = new FileStream(terminal.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);

        // Controls that a terminal which is not raw would act upon or change, without a pause for a human's signals.
        var bytes = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        tool.Write(bytes);
        var got = new byte[256];
        var clock = Stopwatch.StartNew();
        for (var at = 0; at < 256 && clock.Elapsed < _patience;)
            at += terminal.Take(9_600, got.AsSpan(at));
        Assert.Equal(bytes, got);
        terminal.Send(9_600, bytes);
        tool.ReadExactly(got);
        Assert.Equal(bytes, got);
    }

    [Fact]
    public void Send_NobodyReads_DropsAndCountsAndDoesNotWait()
    {
        if (OperatingSystem.IsWindows())
            return;

        using var terminal = new PseudoTerminal();
        for (var i = 0; i < 1_000; i++)
            terminal.Send(9_600, new byte[100]);
        Assert.True(terminal.DroppedBytes > 0);
    }

    [Fact]
    public void Construct_OnWindows_SaysWhatIsMissing()
    {
        if (OperatingSystem.IsWindows())
            Assert.Contains("Linux or macOS", Assert.Throws<HostException>(() => new PseudoTerminal()).Message);
    }

    private static string ReadLine(FileStream tool)
    {
        var line = new StringBuilder();
        for (var c = tool.ReadByte(); c != '\n' && c >= 0; c = tool.ReadByte())
            line.Append((char)c);
        return line.ToString();
    }
}
