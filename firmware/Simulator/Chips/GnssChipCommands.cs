using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>
/// The ear of a <see cref="SimulatedGnssChip"/>: finds commands of its family among bytes, obeys and answers them. Written
/// from the makers' descriptions and not from the unit's code.
/// </summary>
internal sealed class GnssChipCommands(SimulatedGnssChip chip, SimulatedGnssOptions options)
{
    private readonly List<byte> _pending = [];

    public int Taken { get; private set; }

    public void Feed(byte[] bytes)
    {
        _pending.AddRange(bytes);
        while (TakeOne())
        {
            // Until what is left is no whole command.
        }
    }

    private bool TakeOne()
    {
        var start = _pending.FindIndex(value => value is 0xB5 or (byte)'$');
        _pending.RemoveRange(0, start < 0 ? _pending.Count : start);
        if (_pending.Count == 0)
            return false;

        return _pending[0] == '$' ? TakeText() : TakeUbx();
    }

    private bool TakeText()
    {
        var end = _pending.IndexOf((byte)'\n');
        if (end < 0)
        {
            if (_pending.Count > 255)
                _pending.RemoveAt(0);

            return _pending.Count > 255;
        }

        var text = Encoding.Latin1.GetString([.. _pending[..end]]).Trim();
        _pending.RemoveRange(0, end + 1);
        var star = text.LastIndexOf('*');
        if (star < 1 || NmeaText.Sentence(text[1..star]).Trim() != text)
            return true;

        var fields = text[1..star].Split(',');
        if (options.Family == GnssChipFamily.Mtk && fields[0].StartsWith("PMTK", StringComparison.Ordinal))
            ObeyMtk(int.Parse(fields[0][4..], CultureInfo.InvariantCulture), fields);
        else if (options.Family == GnssChipFamily.Casic && fields[0].StartsWith("PCAS", StringComparison.Ordinal))
            ObeyCasic(int.Parse(fields[0][4..], CultureInfo.InvariantCulture), fields);

        return true;
    }

    private bool TakeUbx()
    {
        if (_pending.Count < 8)
            return false;

        var length = _pending[4] | (_pending[5] << 8);
        if (_pending[1] != 0x62 || length > 1024)
        {
            _pending.RemoveAt(0);
            return true;
        }

        if (_pending.Count < length + 8)
            return false;

        var frame = _pending[..(length + 8)].ToArray();
        if (!frame.AsSpan(2 + 4 + length).SequenceEqual(Fletcher(frame.AsSpan(2, 4 + length))))
        {
            _pending.RemoveAt(0);
            return true;
        }

        _pending.RemoveRange(0, frame.Length);
        if (options.Family is GnssChipFamily.UbloxM8 or GnssChipFamily.UbloxM10)
            ObeyUbx(frame[2], frame[3], frame.AsSpan(6, length));

        return true;
    }

    private void ObeyUbx(byte messageClass, byte id, ReadOnlySpan<byte> payload)
    {
        Taken++;
        if (messageClass == 0x0A && id == 0x04)
        {
            SendUbx(0x0A, 0x04, Version());
            return;
        }

        if (messageClass != 0x06)
            return;

        var baudBefore = chip.BaudBps;
        var known = !options.RefusesSettings
            && (options.Family == GnssChipFamily.UbloxM8 ? ObeyLegacy(id, payload) : ObeyKeys(id, payload));

        // An answer to a change of rate goes out at the old one here: the receiver drains first.
        var baudAfter = chip.BaudBps;
        chip.BaudBps = baudBefore;
        if (!options.AnswersNoSettings)
            SendUbx(0x05, known ? (byte)0x01 : (byte)0x00, [messageClass, id]);

        chip.BaudBps = baudAfter;
    }

    private bool ObeyLegacy(byte id, ReadOnlySpan<byte> payload)
    {
        switch (id)
        {
            case 0x01 when payload.Length == 3 && payload[0] == 0xF0 && Sentence(payload[1]) is not GnssSentences.None and var sentence:
                Set(sentence, payload[2]);
                return true;
            case 0x01:
                return false;
            case 0x08 when payload.Length == 6:
                chip.PeriodMs = BinaryPrimitives.ReadUInt16LittleEndian(payload);
                return true;
            case 0x00 when payload.Length == 20 && payload[0] == 1 && payload[4] == 0xD0 && payload[5] == 0x08:
                chip.BaudBps = BinaryPrimitives.ReadInt32LittleEndian(payload[8..]);
                return true;
            case 0x09 when payload.Length == 13:
                chip.FlashWrites += (payload[12] & 0x02) != 0 ? 1 : 0;
                return true;
            default:
                return false;
        }
    }

    private bool ObeyKeys(byte id, ReadOnlySpan<byte> payload)
    {
        if (id != 0x8A || payload.Length < 4 || payload[0] != 0)
            return false;

        chip.FlashWrites += (payload[1] & 0x04) != 0 ? 1 : 0;
        for (var rest = payload[4..]; rest.Length > 0;)
        {
            var key = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            var size = (key >> 28) switch { 1 or 2 => 1, 3 => 2, 4 => 4, _ => 8 };
            var value = 0;
            for (var i = 0; i < size; i++)
                value |= rest[4 + i] << (8 * i);

            if (!ObeyKey(key, value))
                return false;

            rest = rest[(4 + size)..];
        }

        return true;
    }

    private bool ObeyKey(uint key, int value)
    {
        switch (key)
        {
            case 0x30210001:
                chip.PeriodMs = value;
                return true;
            case 0x30210002:
                return value == 1;
            case 0x40520001:
                chip.BaudBps = value;
                return true;
            case 0x209100B6 or 0x209100D4 or 0x209100CF or 0x209100DE:
                return true;
            default:
                var sentence = key switch
                {
                    0x209100BB => GnssSentences.Gga,
                    0x209100CA => GnssSentences.Gll,
                    0x209100C0 => GnssSentences.Gsa,
                    0x209100C5 => GnssSentences.Gsv,
                    0x209100AC => GnssSentences.Rmc,
                    0x209100B1 => GnssSentences.Vtg,
                    0x209100D9 => GnssSentences.Zda,
                    _ => GnssSentences.None,
                };
                Set(sentence, value);
                return sentence != GnssSentences.None;
        }
    }

    private void ObeyMtk(int number, string[] fields)
    {
        Taken++;
        var done = number switch
        {
            0 => true,
            _ when options.RefusesSettings => false,
            314 => SetAll(fields[1..], [GnssSentences.Gll, GnssSentences.Rmc, GnssSentences.Vtg, GnssSentences.Gga, GnssSentences.Gsa, GnssSentences.Gsv]),
            220 => SetPeriod(fields[1]),
            251 => SetBaud(int.Parse(fields[1], CultureInfo.InvariantCulture)),
            _ => false,
        };

        // The change of rate has no answer, and a mute one answers only the question whether it is there.
        if (number != 251 && (number == 0 || !options.AnswersNoSettings))
            chip.Transmit(NmeaText.Sentence(string.Create(CultureInfo.InvariantCulture, $"PMTK001,{number},{(done ? 3 : 2)}")));
    }

    private void ObeyCasic(int number, string[] fields)
    {
        Taken++;
        if (number == 6)
        {
            chip.Transmit(NmeaText.Sentence("GPTXT,01,01,02,SW=URANUS5,V5.3.0.0"));
            return;
        }

        if (options.RefusesSettings)
            return;

        switch (number)
        {
            case 0:
                chip.FlashWrites++;
                break;
            case 1:
                int[] rates = [4800, 9600, 19200, 38400, 57600, 115200];
                chip.BaudBps = rates[int.Parse(fields[1], CultureInfo.InvariantCulture)];
                break;
            case 2:
                SetPeriod(fields[1]);
                break;
            case 3:
                SetAll(fields[1..], [GnssSentences.Gga, GnssSentences.Gll, GnssSentences.Gsa, GnssSentences.Gsv, GnssSentences.Rmc, GnssSentences.Vtg, GnssSentences.Zda]);
                break;
        }
    }

    private bool SetAll(string[] fields, GnssSentences[] order)
    {
        for (var i = 0; i < order.Length && i < fields.Length; i++)
        {
            if (fields[i].Length > 0)
                Set(order[i], int.Parse(fields[i], CultureInfo.InvariantCulture));
        }

        return true;
    }

    private bool SetPeriod(string field)
    {
        chip.PeriodMs = int.Parse(field, CultureInfo.InvariantCulture);
        return true;
    }

    private bool SetBaud(int bps)
    {
        chip.BaudBps = bps;
        return true;
    }

    private void Set(GnssSentences sentence, int rate) =>
        chip.Sentences = rate > 0 ? chip.Sentences | sentence : chip.Sentences & ~sentence;

    private static GnssSentences Sentence(byte id) => id switch
    {
        0x00 => GnssSentences.Gga,
        0x01 => GnssSentences.Gll,
        0x02 => GnssSentences.Gsa,
        0x03 => GnssSentences.Gsv,
        0x04 => GnssSentences.Rmc,
        0x05 => GnssSentences.Vtg,
        0x08 => GnssSentences.Zda,
        _ => GnssSentences.None,
    };

    private byte[] Version()
    {
        var m8 = options.Family == GnssChipFamily.UbloxM8;
        string[] extensions = m8
            ? ["ROM BASE 2.01 (75331)", "FWVER=SPG 3.01", "PROTVER=18.00", "GPS;GLO;GAL;BDS"]
            : ["ROM BASE 0x118B2060", "FWVER=SPG 5.10", "PROTVER=34.10", "GPS;GLO;GAL;BDS"];
        var payload = new byte[40 + (30 * extensions.Length)];
        Encoding.ASCII.GetBytes(m8 ? "EXT CORE 3.01 (107888)" : "ROM SPG 5.10 (7b202e)", payload);
        Encoding.ASCII.GetBytes(m8 ? "00080000" : "000A0000", payload.AsSpan(30));
        for (var i = 0; i < extensions.Length; i++)
            Encoding.ASCII.GetBytes(extensions[i], payload.AsSpan(40 + (30 * i)));

        return payload;
    }

    private void SendUbx(byte messageClass, byte id, byte[] payload)
    {
        byte[] body = [messageClass, id, (byte)payload.Length, (byte)(payload.Length >> 8), .. payload];
        chip.Transmit([0xB5, 0x62, .. body, .. Fletcher(body)]);
    }

    private static byte[] Fletcher(ReadOnlySpan<byte> body)
    {
        var (a, b) = (0, 0);
        foreach (var value in body)
        {
            a = (a + value) & 0xFF;
            b = (b + a) & 0xFF;
        }

        return [(byte)a, (byte)b];
    }
}
