using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BoatTelemetry.Mqtt.Mosquitto;

/// <summary>The mosquitto program as a child process, with a configuration of its own in a temporary folder.</summary>
internal sealed class MosquittoBroker(IMqttStack stack) : IMqttBroker
{
    private const int ReadyTimeoutMs = 10_000;
    private const int RetryMs = 20;
    private const int StopTimeoutMs = 5_000;

    // A free port can be taken by another between the look and the start.
    private const int FreePortAttemptsMax = 5;

    // Ends mosquitto when this process ends, also by kill -9: the system then closes the pipe that is the shell's standard
    // input. (PR_SET_PDEATHSIG will not do: it tells of the end of the thread that started the child, here one of the pool's.)
    // A command in the background has no standard input of its own (POSIX, Shell Command Language, 2.9.3), hence 3.
    private const string Keeper = """
        exec 3<&0
        "$0" -c "$1" 3<&- &
        broker=$!
        { while read -r _; do :; done <&3; kill -KILL $broker; } &
        watch=$!
        wait $broker
        status=$?
        kill -KILL $watch
        exit $status
        """;

    private Process? _process;
    private string? _folder;

    public int Port { get; private set; }

    public async Task StartAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (_process is not null)
            throw new InvalidOperationException("The broker was started before.");
        var program = MosquittoProgram.Find();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await StartOnAsync(program, address, port == 0 ? FreePort(address) : port, cancellationToken);
                return;
            }
            catch (MqttBrokerException) when (port == 0 && attempt < FreePortAttemptsMax)
            {
                // Another port, then.
            }
        }
    }

    public async Task StopAsync()
    {
        var process = Interlocked.Exchange(ref _process, null);
        if (process is not null)
        {
            await EndAsync(process);
            process.Dispose();
        }

        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
        (_folder, Port) = (null, 0);
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private async Task StartOnAsync(string program, IPAddress address, int port, CancellationToken cancellationToken)
    {
        _folder = Directory.CreateTempSubdirectory("boat-mosquitto-").FullName;
        var configuration = Path.Combine(_folder, "mosquitto.conf");
        await File.WriteAllTextAsync(configuration, Configuration(address, port), cancellationToken);
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(program, ["-c", configuration])
            : new ProcessStartInfo("/bin/sh", ["-c", Keeper, program, configuration]);
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardError = start.RedirectStandardOutput = true;
        var process = Process.Start(start) ?? throw new MqttBrokerException($"{program} did not start.");
        var log = new StringBuilder();
        process.ErrorDataReceived += (_, line) => Keep(log, line.Data);
        process.OutputDataReceived += (_, line) => Keep(log, line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _process = process;
        try
        {
            await WaitUntilReadyAsync(process, address, port, log, cancellationToken);
            Port = port;
        }
        catch
        {
            await StopAsync();
            throw;
        }
    }

    // persistence off: what matters is in the gateway's journal. set_tcp_nodelay: QoS 1 ran at 6,000 messages a second
    // without and 47,000 with it (mosquitto 2.0.11, libmosquitto as the client, which acknowledges late). max_inflight_messages is 20 by default, which caps
    // every client's pipelining through the Receive Maximum of the CONNACK.
    private static string Configuration(IPAddress address, int port) => $"""
        listener {port} {address}
        allow_anonymous true
        persistence false
        set_tcp_nodelay true
        max_inflight_messages 1000
        max_queued_messages 100000
        log_dest stderr
        log_type error
        log_type warning
        """;

    private async Task WaitUntilReadyAsync(
        Process process, IPAddress address, int port, StringBuilder log, CancellationToken cancellationToken)
    {
        var options = new MqttLinkOptions
        {
            Host = ReachableHost.Of(address),
            Port = port,
            ClientId = $"ready-{Environment.ProcessId}-{port}",
        };
        var waited = Stopwatch.StartNew();
        while (true)
        {
            if (process.HasExited)
                throw new MqttBrokerException($"mosquitto ended at once on {address}:{port}: {Logged(log)}");
            await using var link = stack.CreateLink();
            try
            {
                await link.ConnectAsync(options, cancellationToken);
                await link.DisconnectAsync();
                // Whoever answered may be another broker that holds the port; then ours ends with "Address already in use".
                await Task.Delay(RetryMs, cancellationToken);
                if (!process.HasExited)
                    return;
            }
            catch (MqttLinkException exception) when (exception.Failure != MqttLinkFailure.LibraryMissing)
            {
                if (waited.ElapsedMilliseconds > ReadyTimeoutMs)
                    throw new MqttBrokerException($"mosquitto does not answer on {address}:{port}: {Logged(log)}", exception);
                await Task.Delay(RetryMs, cancellationToken);
            }
        }
    }

    // On its own, Windows, mosquitto is ended itself. Elsewhere its keeper is told, who would leave it behind if killed.
    private static async Task EndAsync(Process process)
    {
        if (OperatingSystem.IsWindows())
            process.Kill();
        else
            process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(StopTimeoutMs);
        await process.WaitForExitAsync(timeout.Token);
    }

    private static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // Only the start is looked at, so only its lines are kept.
    private static void Keep(StringBuilder log, string? line)
    {
        const int LogCharsMax = 4_000;
        lock (log)
        {
            if (line is not null && log.Length < LogCharsMax)
                log.AppendLine(line);
        }
    }

    private static string Logged(StringBuilder log)
    {
        lock (log)
            return log.Length == 0 ? "it said nothing" : log.ToString().Trim();
    }
}
