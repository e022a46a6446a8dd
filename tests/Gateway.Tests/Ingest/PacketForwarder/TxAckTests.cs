using System.Text;
using BoatTelemetry.Gateway.Ingest.PacketForwarder;

namespace BoatTelemetry.Gateway.Tests.Ingest.PacketForwarder;

public sealed class TxAckTests
{
    [Theory]
    [InlineData("", TxAckResult.None, false)]
    [InlineData("\0", TxAckResult.None, false)]
    [InlineData("""{"txpk_ack":{"error":"NONE"}}""", TxAckResult.None, false)]
    [InlineData("{\"txpk_ack\":{\"error\":\"TOO_LATE\"}}\0", TxAckResult.TooLate, false)]
    [InlineData("""{"txpk_ack":{"error":"TOO_EARLY"}}""", TxAckResult.TooEarly, false)]
    [InlineData("""{"txpk_ack":{"error":"COLLISION_PACKET"}}""", TxAckResult.CollisionPacket, false)]
    [InlineData("""{"txpk_ack":{"error":"COLLISION_BEACON"}}""", TxAckResult.CollisionBeacon, false)]
    [InlineData("""{"txpk_ack":{"error":"TX_FREQ"}}""", TxAckResult.TxFreq, false)]
    [InlineData("""{"txpk_ack":{"error":"GPS_UNLOCKED"}}""", TxAckResult.GpsUnlocked, false)]
    [InlineData("""{"txpk_ack":{"error":"OTHER_WORD"}}""", TxAckResult.Other, false)]
    [InlineData("""{"txpk_ack":{"warn":"TX_POWER","value":24}}""", TxAckResult.TxPower, true)]
    public void Read_Body_TellsTheResult(string body, TxAckResult result, bool isWarning)
    {
        Assert.Equal(PacketForwarderRejection.None, TxAck.Read(Encoding.ASCII.GetBytes(body), out var ack));

        Assert.Equal(new TxAck(result, isWarning), ack);
    }

    [Fact]
    public void Read_BrokenJson_SaysSo() =>
        Assert.Equal(PacketForwarderRejection.JsonMalformed, TxAck.Read("{\"txpk_ack\":"u8, out _));
}
