using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BoatTelemetry.TestSupport;

/// <summary>What a test's broker is to be like.</summary>
public sealed record MosquittoSettings
{
    /// <summary>Keeps retained messages and sessions in a file, saved on every change, so that they outlive a kill.</summary>
    public bool IsPersistent { get; init; }

    /// <summary>The only user and password let in; null lets everybody in.</summary>
    public (string Name, string Password)? User { get; init; }

    /// <summary>Server certificate, its key, and the authority that client certificates must come from; null is plain TCP.</summary>
    public (string CertificateFile, string KeyFile, string CaFile)? Tls { get; init; }

    /// <summary>Lines of mosquitto.acl, for what one may publish and read.</summary>
    public string? AccessControl { get; init; }

    /// <summary>Whether it sends each packet by itself and at once; mosquitto's own default is not to.</summary>
    public bool IsNoDelay { get; init; } = true;

    /// <summary>Further lines of mosquitto.conf.</summary>
    public string Extra { get; init; } = "";
}

/// <summary>
/// A real mosquitto, configured in its folder. It accepts clients when <see cref="StartAsync"/> has completed, and is gone when it is disposed.
/// </summary>
public sealed class MosquittoProcess : ServerProcess
{
    private const int ReadyTimeoutMs = 60_000;
    private const int RetryMs = 10;

    // CONNECT of MQTT 5, clean start, no keep alive, empty client id: enough to be answered with a CONNACK.
    private static readonly byte[] _connect = [0x10, 0x0D, 0x00, 0x04, .. "MQTT"u8, 0x05, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00];
    private const byte ConnackType = 0x20;

    private readonly MosquittoSettings _settings;

    private MosquittoProcess(MosquittoSettings settings)
        : base("boat-test-broker-")
    {
        _settings = settings;
    }

    public static string Host => "127.0.0.1";

    public static Task<MosquittoProcess> StartAsync(MosquittoSettings? settings = null) =>
        StartAsync(new MosquittoProcess(settings ?? new MosquittoSettings()));

    public override async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private string InFolder(string name) => Path.Combine(Folder, name);

    protected override async Task PrepareAsync()
    {
        var lines = new StringBuilder();
        lines.AppendLine($"listener {Port} {Host}").AppendLine("log_dest stderr");
        lines.AppendLine(_settings.IsNoDelay ? "set_tcp_nodelay true" : "set_tcp_nodelay false");

        // By default it drops what a subscriber has not taken once 1,000 messages wait for it, which a busy machine reaches.
        lines.AppendLine("max_queued_messages 1000000");
        // Started by root, mosquitto changes to a user of its own, who could not read and write this folder.
        if (Environment.IsPrivilegedProcess)
            lines.AppendLine("user root");
        if (_settings.IsPersistent)
            lines.AppendLine("persistence true").AppendLine($"persistence_location {Folder}/").AppendLine("autosave_on_changes true").AppendLine("autosave_interval 1");
        if (_settings.User is { } user)
        {
            await RunToEndAsync(ToolPath.MosquittoPasswd, "-c", "-b", InFolder("passwords"), user.Name, user.Password);
            lines.AppendLine("allow_anonymous false").AppendLine($"password_file {InFolder("passwords")}");
        }
        else
        {
            lines.AppendLine("allow_anonymous true");
        }

        if (_settings.Tls is { } tls)
            lines.AppendLine($"certfile {tls.CertificateFile}").AppendLine($"keyfile {tls.KeyFile}").AppendLine($"cafile {tls.CaFile}").AppendLine("require_certificate true");
        if (_settings.AccessControl is { } acl)
        {
            await File.WriteAllTextAsync(InFolder("acl"), acl);
            lines.AppendLine($"acl_file {InFolder("acl")}");
        }

        lines.AppendLine(_settings.Extra);
        await File.WriteAllTextAsync(InFolder("mosquitto.conf"), lines.ToString());
    }

    protected override async Task RunAsync()
    {
        var server = Launch(new ProcessStartInfo(ToolPath.Mosquitto, ["-c", InFolder("mosquitto.conf")])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        });
        var waited = Stopwatch.StartNew();
        while (!await IsReadyAsync())
        {
            if (server.HasExited || waited.ElapsedMilliseconds > ReadyTimeoutMs)
                throw new InvalidOperationException($"mosquitto does not accept clients on port {Port}:\n{Log}");
            await Task.Delay(RetryMs);
        }
    }

    // Behind TLS an accepted connection has to do.
    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            if (_settings.Tls is not null)
                return true;
            await client.GetStream().WriteAsync(_connect);
            var answer = new byte[1];
            await client.GetStream().ReadExactlyAsync(answer);
            return answer[0] == ConnackType;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
