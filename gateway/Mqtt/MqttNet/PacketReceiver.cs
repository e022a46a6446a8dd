using MQTTnet.Adapter;
using MQTTnet.Channel;
using MQTTnet.Exceptions;

namespace BoatTelemetry.Mqtt.MqttNet;

/// <summary>
/// The packets of a stream (MQTT 5 section 2.1), of which one read may bring many. One reader.
/// </summary>
/// <param name="channel">What is read from.</param>
internal sealed class PacketReceiver(IMqttChannel channel)
{
    // A larger packet has a buffer of its own size for as long as it lasts.
    private const int BufferBytes = 16 * 1024;
    private const int LengthDigitsMax = 4;

    private const int PacketBytesMax = MqttLinkOptions.ReceivedPacketBytesMax;

    private byte[] _buffer = new byte[BufferBytes];
    private int _from;
    private int _to;
    private int _needed;

    /// <summary>Takes the next packet out of what was read; false if it is not there, or not whole.</summary>
    /// <param name="type">The first byte: type and flags.</param>
    /// <param name="body">What follows the length. It is overwritten by the next read.</param>
    /// <exception cref="MqttProtocolViolationException">
    /// The length is malformed, or over <see cref="MqttLinkOptions.ReceivedPacketBytesMax"/>.
    /// </exception>
    public bool TryTake(out byte type, out ReadOnlyMemory<byte> body)
    {
        type = 0;
        body = default;
        var bytes = _buffer.AsSpan(_from, _to - _from);
        if (!TryReadLength(bytes, out var headBytes, out var bodyBytes))
        {
            _needed = 1 + LengthDigitsMax;
            return false;
        }

        _needed = headBytes + bodyBytes;
        if (_needed > PacketBytesMax)
            throw new MqttProtocolViolationException($"A packet of {_needed} bytes came, over the limit of {PacketBytesMax}.");
        if (bytes.Length < _needed)
            return false;
        type = bytes[0];
        body = _buffer.AsMemory(_from + headBytes, bodyBytes);
        _from += _needed;
        return true;
    }

    /// <summary>Reads on after <see cref="TryTake"/> found nothing whole; false if the other side has closed.</summary>
    public async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var read = await channel.ReadAsync(_buffer, _to, _buffer.Length - _to, cancellationToken);
        _to += read;
        return read > 0;
    }

    /// <summary>A packet as MQTTnet decodes it: from bytes of its own, which a message's payload goes on to use.</summary>
    public static ReceivedMqttPacket Copy(byte type, ReadOnlyMemory<byte> body) => new(type, body.ToArray(), body.Length + 2);

    private void MakeRoom()
    {
        var left = _buffer.AsSpan(_from, _to - _from);
        var size = Math.Max(BufferBytes, _needed);
        var buffer = size == _buffer.Length ? _buffer : new byte[size];
        left.CopyTo(buffer);
        _buffer = buffer;
        _to = left.Length;
        _from = 0;
    }

    // Variable byte integer, MQTT 5 section 1.5.5.
    private static bool TryReadLength(ReadOnlySpan<byte> bytes, out int headBytes, out int bodyBytes)
    {
        bodyBytes = 0;
        for (headBytes = 1; headBytes < bytes.Length;)
        {
            var digit = bytes[headBytes];
            bodyBytes |= (digit & 0x7F) << (7 * (headBytes - 1));
            headBytes++;
            if ((digit & 0x80) == 0)
                return true;
            if (headBytes > LengthDigitsMax)
                throw new MqttProtocolViolationException("Remaining length is invalid.");
        }

        return false;
    }
}
