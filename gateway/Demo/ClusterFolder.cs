using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;

namespace BoatTelemetry.Demo;

/// <summary>A folder of its own for each run of the cluster's demo: keys, the fleet, a configuration for each gateway, broker and database.</summary>
internal sealed class ClusterFolder : IDisposable
{
    private const string TopicRoot = "patrol/v1";
    private const int KeyBytes = 16;
    private const int LeaseS = 3;
    private const string DatabaseUser = "gateway";
    private static readonly JsonSerializerOptions _json = new() { WriteIndented = true };

    private readonly DirectoryInfo _folder;

    /// <exception cref="DemoException">The folder cannot be made.</exception>
    public ClusterFolder(int boats, int gateways)
    {
        try
        {
            _folder = Directory.CreateTempSubdirectory("boat-cluster-demo-");
            var units = Enumerable.Range(1, boats).Select(unit =>
            {
                var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
                System.IO.File.WriteAllText(KeyFile(unit), key + "\n");
                return new { unit, agency = "demo", name = $"KP Demo {unit}", key };
            });
            System.IO.File.WriteAllText(InFolder("fleet.json"), JsonSerializer.Serialize(new { units = units.ToArray() }, _json));
            System.IO.File.WriteAllText(
                InFolder("database"), $"Host=127.0.0.1;Port={DatabasePort};Username={DatabaseUser};Database=postgres");
            WriteBroker();
            for (var gateway = 1; gateway <= gateways; gateway++)
                WriteGateway(gateway);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DemoException($"no folder for keys and state can be made: {e.Message}", e);
        }
    }

    /// <summary>What a subscriber reads of units.</summary>
    public static string Filter => TopicRoot + "/+/+/+";

    public int BrokerPort { get; } = FreePort();

    public int DatabasePort { get; } = FreePort();

    public string KeyFile(int unit) => InFolder($"unit-{unit}.key");

    public string State(int unit) => InFolder($"unit-{unit}");

    public string Configuration(int gateway) => InFolder($"gateway-{gateway}.json");

    /// <summary>The broker's command line.</summary>
    public string[] Broker() => [Find("mosquitto", "/usr/sbin", "/usr/local/sbin"), "-c", InFolder("mosquitto.conf")];

    /// <summary>Command lines that lay the database's files; to be run to their ends.</summary>
    public string[][] LayDatabase()
    {
        Directory.CreateDirectory(InFolder("postgres"));
        string[] initdb = [.. AsServer(), Postgres("initdb"), "-D", InFolder("postgres/data"), "-A", "trust", "-U", DatabaseUser, "-E", "UTF8", "--no-sync"];
        return Environment.IsPrivilegedProcess
            ? [["chmod", "0711", _folder.FullName], ["chown", "postgres", InFolder("postgres")], initdb]
            : [initdb];
    }

    /// <summary>The database's command line.</summary>
    public string[] Database() =>
    [
        .. AsServer(), Postgres("postgres"), "-D", InFolder("postgres/data"), "-p", Text(DatabasePort), "-c", "listen_addresses=127.0.0.1",
        "-c", $"unix_socket_directories={InFolder("postgres")}",
    ];

    /// <summary>The command line that ends well when the database takes connections.</summary>
    public string[] IsDatabaseReady() => [Postgres("pg_isready"), "-q", "-h", "127.0.0.1", "-p", Text(DatabasePort)];

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // The server refuses root, so root runs it as the user that Debian's package makes for it.
    private static string[] AsServer() =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];

    private static string Postgres(string program) => Find(
        program,
        Directory.Exists("/usr/lib/postgresql") ? [.. Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))] : []);

    private static string Find(string program, params string[] folders) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(folders)
            .Select(folder => Path.Combine(folder, program)).LastOrDefault(File.Exists)
        ?? throw new DemoException($"{program} is not installed: build/setup.sh cluster installs it");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);

    private void WriteBroker()
    {
        // Of more than 1,000 messages that wait for a subscriber, mosquitto would drop what comes next.
        List<string> lines =
            [$"listener {BrokerPort} 127.0.0.1", "allow_anonymous true", "set_tcp_nodelay true", "max_queued_messages 1000000", "log_dest stderr", "log_type error"];
        if (Environment.IsPrivilegedProcess)
            lines.Add("user root");
        File.WriteAllLines(InFolder("mosquitto.conf"), lines);
    }

    private void WriteGateway(int gateway) => File.WriteAllText(Configuration(gateway), JsonSerializer.Serialize(
        new
        {
            fleet = "fleet.json",
            journal = $"journal-{gateway}.db",
            downlink = new { file = $"downlink-{gateway}.db" },
            ingest = new { packetForwarder = new { listen = "127.0.0.1:0" } },
            mqtt = new { host = "127.0.0.1", port = BrokerPort, clientId = $"gateway-{gateway}" },
            cluster = new { connectionFile = "database", gatewayIndex = gateway - 1, leaseS = LeaseS },
            topicRoot = TopicRoot,
        },
        _json));
}
