using System.Text;
using System.Text.Json;
using BoatTelemetry.BoatUnit.Bench;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Simulator.Chips;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Bench;

public sealed class BenchConsoleTests(ITestOutputHelper output)
{
    private readonly BenchWorld _world = new();

    [Theory]
    [InlineData("{\"id\":3,\"cmd\":\"dance\"}", "unknown-command", "dance")]
    [InlineData("{\"id\":3}", "no-command", "cmd")]
    [InlineData("{\"id\":3,\"cmd\":7}", "no-command", "cmd")]
    [InlineData("{\"id\":3,\"cmd\":\"config get\",\"section\":\"gnns\"}", "bad-field", "section")]
    [InlineData("{\"id\":3,\"cmd\":\"config set\",\"key\":\"gnss.rate\",\"value\":1}", "bad-field", "key")]
    [InlineData("{\"id\":3,\"cmd\":\"config set\"}", "bad-field", "config")]
    [InlineData("{\"id\":3,\"cmd\":\"sensors\"}", "bad-field", "on")]
    [InlineData("{\"id\":3,\"cmd\":\"key set\",\"key\":\"00\"}", "bad-field", "32")]
    [InlineData("{\"id\":3,\"cmd\":\"log\",\"from\":0}", "bad-field", "from")]
    public void Ask_WrongRequest_IsAnsweredWithItsErrorAndNames(string request, string error, string named)
    {
        using var reply = JsonDocument.Parse(Assert.Single(_world.Ask(request)));
        Assert.Equal(3, reply.RootElement.GetProperty("id").GetInt32());
        Assert.False(reply.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(error, reply.RootElement.GetProperty("error").GetString());
        Assert.Contains(named, reply.RootElement.GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("{")]
    [InlineData("{\"cmd\":\"info\"} x")]
    [InlineData("{\"cmd\":\"inf\\u006f\"}")]
    [InlineData("{'cmd':'info'}")]
    [InlineData("{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}")]
    [InlineData("{\"a\":-}")]
    [InlineData("{\"a\":99999999999999999999999}")]
    [InlineData("{\"a\":1,\"a\"}")]
    public void Ask_NoJson_IsAnsweredOnceAndTheNextIsDone(string line)
    {
        Assert.Contains("\"error\":\"not-json\"", Assert.Single(_world.Ask(line)));
        Assert.Contains("\"ok\":true", Assert.Single(_world.Ask("{\"id\":1,\"cmd\":\"info\"}")));
    }

    [Fact]
    public void Ask_OverlongLine_IsAnsweredOnceAndTheNextIsDone()
    {
        var lines = _world.Ask("{\"cmd\":\"" + new string('x', 10_000) + "\"}");
        Assert.Contains("\"error\":\"too-long\"", Assert.Single(lines));
        Assert.Contains("\"ok\":true", Assert.Single(_world.Ask("{\"id\":1,\"cmd\":\"info\"}")));
    }

    [Fact]
    public void Send_BinaryGarbage_NeverEndsTheConsoleAndEveryReplyIsJson()
    {
        var random = Seed.New(output);
        for (var round = 0; round < 200; round++)
        {
            var garbage = new byte[random.Next(1, 300)];
            random.NextBytes(garbage);
            if (round % 2 == 0)
                garbage = [.. Encoding.ASCII.GetBytes("{\"cmd\":\"info\",\"id\":"), .. garbage, (byte)'}', (byte)'\n'];
            foreach (var line in _world.Send(garbage))
                JsonDocument.Parse(line).Dispose();
        }

        _world.Ask("");
        Assert.Contains("\"id\":1,\"ok\":true", Assert.Single(_world.Ask("{\"id\":1,\"cmd\":\"info\"}")));
    }

    [Fact]
    public void Send_MutatedRequests_NeverEndTheConsole()
    {
        var random = Seed.New(output);
        var request = Encoding.ASCII.GetBytes("{\"id\":1,\"cmd\":\"config set\",\"config\":{\"configVersion\":1,\"gnss\":{\"rateHz\":5}}}\n");
        for (var round = 0; round < 2_000; round++)
        {
            var mutated = (byte[])request.Clone();
            for (var i = 0; i <= random.Next(3); i++)
                mutated[random.Next(mutated.Length - 1)] = (byte)random.Next(0x20, 0x100);
            foreach (var line in _world.Send(mutated))
                JsonDocument.Parse(line).Dispose();
        }
    }

    [Fact]
    public void Ask_ItsOwnLinesComeBack_AreNotAnswered()
    {
        var reply = Assert.Single(_world.Ask("{\"id\":1,\"cmd\":\"info\"}"));
        Assert.Empty(_world.Ask(reply));
        Assert.Equal(1, _world.Console.Echoes);
    }

    [Fact]
    public void Poll_LongReply_LeavesInChunks()
    {
        var reply = Assert.Single(_world.Ask("{\"id\":1,\"cmd\":\"config get\"}"));
        Assert.True(reply.Length > 1_000);
        Assert.Equal(BenchConsole.ChunkBytes, _world.WrittenAtOnceMax);
    }

    [Fact]
    public void Ask_TwoRequestsAtOnce_AreBothDoneInTheirOrder()
    {
        var lines = _world.Ask("{\"id\":1,\"cmd\":\"info\"}\r\n{\"id\":2,\"cmd\":\"help\"}");
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("{\"id\":1,", lines[0]);
        Assert.StartsWith("{\"id\":2,", lines[1]);
    }

    [Fact]
    public void SelfTest_AskedForTwice_IsBusyTheSecondTime()
    {
        var lines = _world.Ask("{\"id\":1,\"cmd\":\"self-test\"}\n{\"id\":2,\"cmd\":\"self-test\"}");
        Assert.Contains(lines, line => line.Contains("\"error\":\"busy\"", StringComparison.Ordinal));
        Assert.Contains("\"passed\":1,\"failed\":1", lines[^1]);
    }

    [Fact]
    public void ConfigSet_AtOnceAndLater_TakeEffectAsTold()
    {
        var lines = _world.Ask("{\"cmd\":\"config set\",\"key\":\"reports.deadReckoningM\",\"value\":250}");
        Assert.Contains("\"waitsForReboot\":false", Assert.Single(lines));
        Assert.Equal(250, _world.Configuration.Running.Number(ConfigKeys.ReportsDeadReckoningM));
        lines = _world.Ask("{\"cmd\":\"config set\",\"key\":\"gnss.rateHz\",\"value\":5}");
        Assert.Contains("\"changed\":[\"gnss.rateHz\"],\"waitsForReboot\":true", Assert.Single(lines));
        Assert.Equal(1, _world.Configuration.Running.Number(ConfigKeys.GnssRateHz));
        Assert.Equal(5, _world.Configuration.Stored.Number(ConfigKeys.GnssRateHz));
    }

    [Fact]
    public void ConfigSet_WhatConfigGetGave_IsTakenAndChangesNothing()
    {
        _world.Ask("{\"cmd\":\"config set\",\"key\":\"unit.agency\",\"value\":\"Bakamla \\\"é\\\" 中\"}");
        using var got = JsonDocument.Parse(Assert.Single(_world.Ask("{\"cmd\":\"config get\"}")));
        var config = got.RootElement.GetProperty("config");
        Assert.Equal("Bakamla \"é\" 中", config.GetProperty("unit").GetProperty("agency").GetString());
        Assert.Contains("\"changed\":[]", Assert.Single(_world.Ask("{\"cmd\":\"config set\",\"config\":" + config.GetRawText() + "}")));
    }

    [Fact]
    public void ConfigSet_FlashFails_IsNotStoredAndTheOldStays()
    {
        _world.Ask("{\"cmd\":\"config set\",\"key\":\"unit.id\",\"value\":5}");
        _world.ConfigFlash.SetFault(0, BlockFault.Unwritable);
        _world.ConfigFlash.SetFault(1, BlockFault.Unwritable);
        var line = Assert.Single(_world.Ask("{\"cmd\":\"config set\",\"key\":\"unit.id\",\"value\":6}"));
        Assert.Contains("\"error\":\"not-stored\"", line);
        Assert.Equal(5, _world.Configuration.Stored.Number(ConfigKeys.UnitId));
    }

    [Fact]
    public void KeySet_ThenReboot_KeepsCountersGoingAndComesAfterTheReply()
    {
        var line = Assert.Single(_world.Ask("{\"cmd\":\"key set\",\"key\":\"000102030405060708090a0b0c0d0e0f\",\"firstLive\":100}"));

        // FIPS-197's key, over a block of zeros; computed with OpenSSL 3: openssl enc -aes-128-ecb -nopad.
        Assert.Contains("\"keyCheck\":\"c6a13b\"", line);
        Assert.Equal(0, _world.Reboots);
        Assert.True(_world.Keys.MustRestart);
        _world.RunFor(600);
        Assert.Equal(1, _world.Reboots);
        Assert.True(_world.Counters.Of(FrameClass.Live).TryLoad(out var live));
        Assert.Equal(100u, live);
        _world.Keys.Set(new byte[16], 0, 0);
        Assert.True(_world.Counters.Of(FrameClass.Live).TryLoad(out live));
        Assert.Equal(100u, live);
    }

    [Fact]
    public void Sensors_SwitchedOnAndOff_TellsAtItsInterval()
    {
        _world.Ask("{\"cmd\":\"sensors\",\"on\":true,\"intervalMs\":500}");
        _world.RunFor(5_000);
        Assert.InRange(_world.Lines.Count, 10, 12);
        _world.Ask("{\"cmd\":\"sensors\",\"on\":false}");
        _world.Lines.Clear();
        _world.RunFor(5_000);
        Assert.Empty(_world.Lines);
    }

    [Fact]
    public void Ask_AnythingAfterSecretsWereSet_NeverShowsThem()
    {
        var random = Seed.New(output);
        var key = new byte[16];
        random.NextBytes(key);
        (string Name, string Value)[] secrets = [("wifiPassword", "swordfish-1987"), ("mqttPassword", "xyzzy!plugh"), ("simPin", "73915")];
        foreach (var (name, value) in secrets)
            Assert.Contains("\"state\":\"set\"", Assert.Single(_world.Ask($"{{\"cmd\":\"secret set\",\"name\":\"{name}\",\"value\":\"{value}\"}}")));
        Assert.Contains("\"ok\":true", Assert.Single(_world.Ask($"{{\"cmd\":\"key set\",\"key\":\"{Convert.ToHexString(key)}\"}}")));
        string[] requests =
        [
            "{\"cmd\":\"info\"}", "{\"cmd\":\"config get\"}", "{\"cmd\":\"config get\",\"section\":\"wifi\"}", "{\"cmd\":\"log\"}", "{\"cmd\":\"help\"}",
            "{\"cmd\":\"secret set\",\"name\":\"simPin\",\"value\":\"swordfish-1987\"}", "{\"cmd\":\"swordfish-1987",
            "{\"cmd\":\"config set\",\"key\":\"wifi.mqttPort\",\"value\":\"swordfish-1987\"}",
            "{\"cmd\":\"config set\",\"config\":{\"configVersion\":1,\"wifi\":{\"ssid\":{\"swordfish-1987\":1}}}}",
            $"{{\"cmd\":\"key set\",\"key\":\"{Convert.ToHexString(key)}0\"}}", "{\"cmd\":\"secret get\",\"name\":\"wifiPassword\"}",
            "{\"cmd\":\"self-test\"}", "{\"cmd\":\"sensors\",\"on\":true}", "{\"cmd\":\"reboot\"}",
        ];
        foreach (var request in requests)
            _world.Ask(request);
        _world.RunFor(2_000);
        var said = _world.Everything.ToString();
        var bytes = secrets.Select(secret => Encoding.UTF8.GetBytes(secret.Value)).Append(key);
        foreach (var secret in bytes)
        {
            Assert.DoesNotContain(Encoding.Latin1.GetString(secret), said);
            Assert.DoesNotContain(Convert.ToHexString(secret), said, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(secret).TrimEnd('='), said);
        }

        Assert.DoesNotContain(Convert.ToHexString(key)[..8], said, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("swordfish-1987", _world.Secrets.Use(SecretKind.WifiPassword));
    }
}
