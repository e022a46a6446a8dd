using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Host;

/// <summary>The whole unit as a process: a technician at its console, a gateway's port behind its concentrator.</summary>
public sealed class UnitProcessTests(ITestOutputHelper output) : IDisposable
{
    private const int UnitId = 17;
    private const string KeyHex = "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf";

    // openssl enc -aes-128-ecb -nopad over sixteen zeros: the first three bytes.
    private const string KeyCheck = "b88291";

    // A new board's real-time clock is at fault until a fix has set it and it has been read again.
    private const int ClockSetMs = 60_000;

    // 2010-01-01: both classes of downlink counters begin at the time (FRAME-SPEC, Counters).
    private const long DownlinkEpochS = 1_262_304_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Unit_ProvisionedOverTheConsole_IsHeardUnderItsNumberAndKey()
    {
        if (OperatingSystem.IsWindows())
            return;

        using var gateway = new FakeGateway();
        using var unit = new HostProcess(
            "unit", "--board", "carrier-s3", "--gateway", gateway.EndPoint.ToString(), "--speed", "20", "--console-link", _folder.File("tty"));
        unit.WaitForLine("console: ");
        using var tool = new SerialTool(_folder.File("tty"));
        var info = tool.Do("info");
        Assert.Equal("carrier-s3", info.GetProperty("board").GetString());
        Assert.Equal("unset", info.GetProperty("key").GetString());

        Assert.Empty(gateway.Frames);
        Assert.True(tool.Do("config set", $",\"key\":\"unit.id\",\"value\":{UnitId}").GetProperty("waitsForReboot").GetBoolean());
        var check = tool.Do("key set", $",\"key\":\"{KeyHex}\"").GetProperty("keyCheck").GetString();
        Assert.Equal(KeyCheck, check);
        unit.WaitForLine("started again: Software");
        info = tool.Do("info");
        Assert.Equal("set", info.GetProperty("key").GetString());
        Assert.Equal(UnitId, info.GetProperty("unit").GetInt32());

        FakeGateway.WaitFor(() => Opened(gateway, KeyHex).Live > 0, "a live position");
        FakeGateway.WaitFor(() => Opened(gateway, KeyHex).Durable > 0, "a status");
        LookAtSensors(tool);
        SelfTest(tool);
        tool.Do("reboot");
        unit.WaitForLine("started again: Software", n: 2);
        Assert.Equal(3, tool.Do("info").GetProperty("starts").GetInt32());
        Assert.Equal(0, unit.Terminate());
        output.WriteLine(unit.Output);
        Assert.Contains("3 starts", unit.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(KeyHex[..8], unit.Output, StringComparison.OrdinalIgnoreCase);
        Assert.False(File.Exists(_folder.File("tty")), "the console's link is gone with the unit");
    }

    [Fact]
    public void Unit_KilledAndStartedAgain_KeepsNumberAndKeyAndUsesNoCounterTwice()
    {
        using var gateway = new FakeGateway();
        File.WriteAllText(_folder.File("unit.key"), KeyHex);
        var used = new Dictionary<(bool IsDurable, uint Counter), string>();
        for (var life = 0; life < 3; life++)
        {
            var before = gateway.Frames.Count;
            string[] first = life == 0 ? ["--unit", $"{UnitId}", "--key-file", _folder.File("unit.key")] : [];
            using var unit = new HostProcess(
                ["unit", "--gateway", gateway.EndPoint.ToString(), "--speed", "100", "--state", _folder.File("flash"), "--seed", $"{life + 1}", .. first]);
            FakeGateway.WaitFor(() => gateway.Frames.Count > before + 3, "frames of this life");
            unit.Kill();
        }

        var opener = new FrameOpener(Convert.FromHexString(KeyHex));
        foreach (var frame in gateway.Frames)
        {
            var key = KeyOf(frame, opener);
            var text = Convert.ToHexString(frame);
            Assert.True(used.TryAdd(key, text) || used[key] == text, $"{key} sealed two frames");
        }

        output.WriteLine($"{used.Count} frames in three lives");
        Assert.Contains(used.Keys, key => !key.IsDurable && key.Counter >= 128);
    }

    [Fact]
    public void Unit_WithModem_SendsFramesToTheServerOfItsConfiguration()
    {
        if (OperatingSystem.IsWindows())
            return;

        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var gateway = new FakeGateway();
        File.WriteAllText(_folder.File("unit.key"), KeyHex);
        using var unit = new HostProcess(
            "unit", "--board", "carrier-s3", "--unit", $"{UnitId}", "--gateway", gateway.EndPoint.ToString(), "--speed", "20", "--state", _folder.File("flash"),
            "--key-file", _folder.File("unit.key"), "--console");
        using var tool = new SerialTool(unit.WaitForLine("console: "));
        var port = ((IPEndPoint)server.Client.LocalEndPoint!).Port;
        Set(tool, "lora.enabled", "false");
        Set(tool, "cellular.host", "\"127.0.0.1\"");
        Set(tool, "cellular.port", port.ToString(CultureInfo.InvariantCulture));
        Set(tool, "cellular.enabled", "true");
        tool.Do("reboot");
        FakeGateway.WaitFor(() => server.Available > 0, "a datagram from the modem", 60_000);

        var from = new IPEndPoint(IPAddress.Any, 0);
        var datagram = server.Receive(ref from);
        KeyOf(datagram, new FrameOpener(Convert.FromHexString(KeyHex)));
        Assert.Equal(0, unit.Terminate());
        output.WriteLine(unit.Output);
    }

    [Fact]
    public void Unit_AcknowledgedByPullResp_TakesItInAndDropsTheFrameFromItsRecord()
    {
        if (OperatingSystem.IsWindows())
            return;

        using var gateway = new FakeGateway();
        File.WriteAllText(_folder.File("unit.key"), KeyHex);
        using var unit = new HostProcess(
            "unit", "--unit", $"{UnitId}", "--gateway", gateway.EndPoint.ToString(), "--state", _folder.File("flash"), "--speed", "4",
            "--key-file", _folder.File("unit.key"), "--console");
        using var tool = new SerialTool(unit.WaitForLine("console: "));
        JsonElement? durable = null;
        FakeGateway.WaitFor(() => (durable = Receptions(gateway).Where(IsDurable).Cast<JsonElement?>().FirstOrDefault()) is not null, "a durable frame");
        gateway.SendToForwarder(PullResp(durable!.Value));
        tool.Do("sensors", ",\"on\":true,\"intervalMs\":200");
        tool.Event("sensors", line => line.GetProperty("links").GetProperty("lora").GetProperty("rssiDbm").ValueKind == JsonValueKind.Number);

        Assert.Equal(0, unit.Terminate());
        output.WriteLine(unit.Output);
        Assert.Contains("1 downlinks, 1 reached the boat", unit.Output, StringComparison.Ordinal);
        Assert.Matches("record: [0-9]+ frames stored, 1 acknowledged", unit.Output);
    }

    [Fact]
    public async Task Unit_WithWifi_PublishesFramesToTheBrokerOfItsConfiguration()
    {
        if (OperatingSystem.IsWindows())
            return;

        await using var broker = await MosquittoProcess.StartAsync();
        await using var subscriber = await MosquittoSubscriber.StartAsync(broker.Port, "patrol/v1/units/#", "%t %x");
        await File.WriteAllTextAsync(_folder.File("unit.key"), KeyHex);
        using var gateway = new FakeGateway();
        using var unit = new HostProcess(
            "unit", "--board", "t-beam", "--unit", $"{UnitId}", "--gateway", gateway.EndPoint.ToString(), "--state", _folder.File("flash"),
            "--key-file", _folder.File("unit.key"), "--console");
        using var tool = new SerialTool(unit.WaitForLine("console: "));
        Set(tool, "wifi.ssid", "\"harbour\"");
        Set(tool, "wifi.tls", "false");
        Set(tool, "wifi.mqttHost", $"\"{MosquittoProcess.Host}\"");
        Set(tool, "wifi.mqttPort", broker.Port.ToString(CultureInfo.InvariantCulture));
        Set(tool, "wifi.enabled", "true");
        tool.Do("reboot");

        var message = (await subscriber.ReadAsync()).Split(' ');
        Assert.Equal($"patrol/v1/units/{UnitId}/up", message[0]);
        KeyOf(Convert.FromHexString(message[1]), new FrameOpener(Convert.FromHexString(KeyHex)));
        Assert.Equal(0, unit.Terminate());
        output.WriteLine(unit.Output);
    }

    [Fact]
    public void Unit_KeyWithoutState_IsRefused()
    {
        using var unit = new HostProcess("unit", "--key-file", HostProcess.WriteKey(_folder.File("unit.key")));

        Assert.Equal(2, unit.WaitForExit());
        Assert.Contains("--key-file needs --state", unit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Unit_StateOfReplay_IsRefused()
    {
        File.WriteAllText(_folder.File("unit-1.live-counter"), string.Empty);
        using var unit = new HostProcess("unit", "--state", _folder.Path);

        Assert.Equal(1, unit.WaitForExit());
        Assert.Contains("a folder and a key of its own", unit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Unit_ConsoleLinkWhereAFileIs_IsRefusedAndTheFileStays()
    {
        if (OperatingSystem.IsWindows())
            return;

        File.WriteAllText(_folder.File("mine"), "mine");
        using var unit = new HostProcess("unit", "--console-link", _folder.File("mine"));

        Assert.Equal(1, unit.WaitForExit());
        Assert.Equal("mine", File.ReadAllText(_folder.File("mine")));
    }

    private static void Set(SerialTool tool, string key, string value) => tool.Do("config set", $",\"key\":\"{key}\",\"value\":{value}");

    private static IEnumerable<JsonElement> Receptions(FakeGateway gateway)
    {
        foreach (var datagram in gateway.Datagrams.Where(datagram => datagram[3] == 0))
        {
            using var json = JsonDocument.Parse(datagram.AsMemory(12));
            if (!json.RootElement.TryGetProperty("rxpk", out var receptions))
                continue;

            foreach (var reception in receptions.EnumerateArray())
                yield return reception.Clone();
        }
    }

    private static bool IsDurable(JsonElement reception)
    {
        var frame = reception.GetProperty("data").GetBytesFromBase64();
        var codec = new FrameCodec();
        return codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Uplink) == FrameRejection.None && FrameLimits.IsDurable(codec.Header.Kind);
    }

    // PROTOCOL.TXT: version 2, token, PULL_RESP, JSON. At once, where the boat was heard: it listens there.
    private static byte[] PullResp(JsonElement uplink)
    {
        var codec = new FrameCodec();
        var heard = uplink.GetProperty("data").GetBytesFromBase64();
        codec.ReadHeader(heard, 0, heard.Length, FrameDirection.Uplink);
        var window = new DurableWindow(0, 0, 0);
        window.Mark(codec.Header.Counter);
        using var aes = new SimulatedAes(Convert.FromHexString(KeyHex));
        var frame = new byte[FrameLimits.FrameBytesMax];
        var counter = (uint)(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - DownlinkEpochS);
        var length = codec.SealAcknowledgement(
            new Acknowledgement { BaseCounter = window.Base, Bitmap = window.Bitmap }, new AesCcm(aes), UnitId, counter, frame, 0);
        var order = JsonSerializer.SerializeToUtf8Bytes(new
        {
            txpk = new
            {
                imme = true,
                freq = uplink.GetProperty("freq").GetDouble(),
                rfch = 0,
                powe = 14,
                modu = "LORA",
                datr = uplink.GetProperty("datr").GetString(),
                codr = "4/5",
                ipol = true,
                size = length,
                data = Convert.ToBase64String(frame, 0, length),
            },
        });
        return [2, 0x12, 0x34, 3, .. order];
    }

    private static void LookAtSensors(SerialTool tool)
    {
        tool.Do("sensors", ",\"on\":true,\"intervalMs\":1000");
        var seen = tool.Event(
            "sensors",
            line => line.GetProperty("atMs").GetInt64() > ClockSetMs
                && line.GetProperty("receiver").GetProperty("fixAgeMs").ValueKind == JsonValueKind.Number
                && line.GetProperty("supplyMv").ValueKind == JsonValueKind.Number
                && line.GetProperty("links").GetProperty("lora").GetProperty("state").GetString() == "ready");
        Assert.Equal(0, seen.GetProperty("faults").GetInt32());
        tool.Do("sensors", ",\"on\":false");
    }

    private void SelfTest(SerialTool tool)
    {
        tool.Do("self-test");
        var end = tool.Event("self-test", line => line.TryGetProperty("done", out _));
        foreach (var step in tool.Events("self-test"))
            output.WriteLine(step.GetRawText());

        Assert.Equal(0, end.GetProperty("failed").GetInt32());
        Assert.True(end.GetProperty("passed").GetInt32() > 35, "the vectors and what is fitted");
    }

    private static (int Live, int Durable) Opened(FakeGateway gateway, string key)
    {
        var opener = new FrameOpener(Convert.FromHexString(key));
        var kinds = gateway.Frames.Select(frame => KeyOf(frame, opener).IsDurable).ToList();
        return (kinds.Count(isDurable => !isDurable), kinds.Count(isDurable => isDurable));
    }

    private static (bool IsDurable, uint Counter) KeyOf(byte[] frame, FrameOpener live)
    {
        var codec = new FrameCodec();
        Assert.Equal(FrameRejection.None, codec.ReadHeader(frame, 0, frame.Length, FrameDirection.Uplink));
        Assert.Equal(UnitId, codec.Header.Unit);
        if (!FrameLimits.IsDurable(codec.Header.Kind))
        {
            live.Open(frame, out var counter);
            return (false, counter);
        }

        using var aes = new SimulatedAes(Convert.FromHexString(KeyHex));
        Assert.Equal(FrameRejection.None, codec.Open(new AesCcm(aes), OperatingArea.Indonesia));
        return (true, codec.Header.Counter);
    }
}
