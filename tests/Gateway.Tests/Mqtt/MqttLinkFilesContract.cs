using BoatTelemetry.Gateway.Tests.Support;
using BoatTelemetry.Mqtt;
using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Gateway.Tests.Mqtt;

/// <summary>What the whole process has open is counted when no other test opens anything.</summary>
[Collection(AloneCollection.Name)]
public abstract class MqttLinkFilesContract(IMqttStack stack)
{
    private const int Links = 200;

    // The runtime's own, which come and go; a leak is one or more a link.
    private const int Slack = 20;

    [Fact]
    public async Task Links_ManyMadeAndDisposed_LeaveNoFileOpen()
    {
        await using var broker = await MosquittoProcess.StartAsync();
        await MakeAndDisposeAsync(broker.Port, 20);
        var before = OpenFiles().Length;
        await MakeAndDisposeAsync(broker.Port, Links);
        await Eventually.TrueAsync(
            () => CollectedFiles().Length <= before + Slack,
            () => $"{before} files open before, now:\n{string.Join('\n', OpenFiles().GroupBy(KindOf).Select(kind => $"{kind.Count()} {kind.Key}"))}");
    }

    private async Task MakeAndDisposeAsync(int port, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await using var link = stack.CreateLink();
            await link.ConnectAsync(new() { Host = "127.0.0.1", Port = port, ClientId = $"test-{Guid.NewGuid():N}" }, default);
            if (i % 2 == 0)
                await link.DisconnectAsync();
        }
    }

    // What a finalizer would close is not a leak, if late.
    private static string[] CollectedFiles()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return OpenFiles();
    }

    private static string[] OpenFiles() => OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd") : [];

    // "socket:[123]" is the kind "socket"; a file is its own.
    private static string KindOf(string descriptor) => (new FileInfo(descriptor).LinkTarget ?? "closed meanwhile").Split(":[")[0];
}
