using System.Diagnostics;
using System.Globalization;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Faults;

/// <summary>The journal's file system fills up, and is freed again.</summary>
public sealed class DiskFullTests(ITestOutputHelper output)
{
    private const int FullMs = 4_000;
    private const int BlockBytes = 64 << 10;

    [NamespaceFact]
    public async Task Disk_ThatFillsUp_LosesNoAcknowledgedFrame()
    {
        var random = Seed.New(output);
        var times = Math.Min(FaultRun.Times(2), 20);
        await using var run = await FaultRun.StartAsync(
            output,
            LoadOptions.OfRate(FaultRun.Rate(300)),
            random,
            startGateway: gateway =>
            {
                Directory.CreateDirectory(gateway.InFolder("state"));
                gateway.Launch = start => OnSmallDisk(start, gateway.InFolder("state"));
                return gateway.StartAsync();
            });

        // The mount is in the process's own namespace; this way leads into it.
        var filler = $"/proc/{run.Gateway.ProcessId.ToString(CultureInfo.InvariantCulture)}/root{run.Gateway.InFolder("state")}/filler";
        for (var i = 0; i < times; i++)
        {
            await Task.Delay(random.Next(1_000));
            var acknowledgedBefore = run.Fleet.Boats.Sum(boat => boat.Acknowledged.Count);
            Fill(filler);
            await Task.Delay(FullMs);
            File.Delete(filler);
            await Support.Eventually.TrueAsync(
                () => run.Fleet.Boats.Sum(boat => boat.Acknowledged.Count) > acknowledgedBefore, "frames are acknowledged again");
        }

        Assert.Contains("[301]", run.Gateway.Log, StringComparison.Ordinal);
        await run.SettleAsync("disk full", times);
    }

    private static void OnSmallDisk(ProcessStartInfo start, string folder)
    {
        string[] program = [start.FileName, .. start.ArgumentList];
        start.FileName = "unshare";
        start.ArgumentList.Clear();
        foreach (var argument in (string[])["--user", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=96m tmpfs \"$0\" && exec \"$@\"", folder, .. program])
            start.ArgumentList.Add(argument);
    }

    private static void Fill(string file)
    {
        var block = new byte[BlockBytes];
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 1);
        try
        {
            while (true)
                stream.Write(block);
        }
        catch (IOException)
        {
            // Full to the last block.
        }
    }
}

/// <summary>A test that mounts a file system in a namespace of its own, which some containers forbid.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NamespaceFactAttribute : FactAttribute
{
    public NamespaceFactAttribute()
    {
        if (!_isAllowed)
            Skip = "this system does not let a process mount a file system in its own namespace";
    }

    private static readonly bool _isAllowed = Try();

    private static bool Try()
    {
        try
        {
            using var unshare = Process.Start(new ProcessStartInfo(
                "unshare", ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            });
            unshare!.WaitForExit();
            return unshare.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
