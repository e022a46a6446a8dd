using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Core.SelfTest;

/// <summary>CRC-32, AES and AES-CCM.</summary>
internal sealed class CryptoChecks
{
    private const int Block = 16;
    private const int Blocks = 16;
    private const int CrossChecks = 8;

    private readonly IAesFactory _aes;
    private readonly SelfTestTimes _times;
    private readonly int _repetitions;

    public CryptoChecks(IAesFactory aes, SelfTestTimes times, int repetitions)
    {
        _aes = aes;
        _times = times;
        _repetitions = repetitions;
    }

    // The check value of the catalogue of CRCs: "123456789" gives CBF43926.
    public bool Crc()
    {
        byte[] digits = new byte[Frames.FrameLimits.FrameBytesMax];
        for (int i = 0; i < digits.Length; i++)
        {
            digits[i] = (byte)('1' + (i % 9));
        }

        uint whole = 0;
        _times.Start();
        for (int i = 0; i < _repetitions; i++)
        {
            whole = Crc32.Of(digits, 0, digits.Length);
        }

        _times.Stop(SelfTestOperation.Crc, _repetitions);
        return Crc32.Of(digits, 0, 9) == 0xCBF43926 && whole == 0xC48B59AC;
    }

    // FIPS 197, appendix B.
    public bool AesExample()
    {
        byte[] key = { 0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F, 0x3C };
        byte[] text = { 0x32, 0x43, 0xF6, 0xA8, 0x88, 0x5A, 0x30, 0x8D, 0x31, 0x31, 0x98, 0xA2, 0xE0, 0x37, 0x07, 0x34 };
        byte[] expected = { 0x39, 0x25, 0x84, 0x1D, 0x02, 0xDC, 0x09, 0xFB, 0xDC, 0x11, 0x85, 0x97, 0x19, 0x6A, 0x0B, 0x32 };
        byte[] output = new byte[Block];
        IAesBlocks aes = _aes.Create(key);
        aes.EncryptEcb(text, Block, output);
        bool ecb = Same(expected, output, Block);
        aes.EncryptCbc(text, Block, output);
        return ecb && Same(expected, output, Block);
    }

    // Other keys and blocks each time, from a generator with a fixed start, so that a failure comes again.
    public bool AesAgainstSoftware()
    {
        byte[] key = new byte[Block];
        byte[] input = new byte[Block * Blocks];
        byte[] native = new byte[input.Length];
        byte[] software = new byte[input.Length];
        uint random = 2_463_534_242;
        bool agree = true;
        for (int round = 0; round < CrossChecks; round++)
        {
            random = Fill(key, random);
            random = Fill(input, random);
            IAesBlocks aes = _aes.Create(key);
            SoftwareAes check = new SoftwareAes(key);
            int length = Block * (1 + (round * 2));
            aes.EncryptCbc(input, length, native);
            check.EncryptCbc(input, length, software);
            agree &= Same(native, software, length);
            _times.Start();
            aes.EncryptEcb(input, input.Length, native);
            _times.Stop(SelfTestOperation.AesBlocks, 1);
            check.EncryptEcb(input, input.Length, software);
            agree &= Same(native, software, input.Length);
        }

        return agree;
    }

    public bool Ccm(SelfTestCcm vector)
    {
        AesCcm ccm = new AesCcm(_aes.Create(vector.Key));
        int textBytes = vector.Text.Length;
        byte[] frame = new byte[vector.Sealed.Length];
        for (int i = 0; i < _repetitions; i++)
        {
            System.Array.Copy(vector.Text, 0, frame, 0, textBytes);
            _times.Start();
            ccm.Seal(vector.Nonce, vector.Associated, vector.Associated.Length, frame, 0, textBytes, vector.TagBytes);
            _times.Stop(SelfTestOperation.CcmSeal, 1);
        }

        byte[] text = new byte[textBytes];
        bool opens = ccm.Open(
            vector.Nonce, vector.Associated, vector.Associated.Length, vector.Sealed, 0, textBytes, vector.TagBytes, text);
        frame[frame.Length - 1] ^= 1;
        bool refused = !ccm.Open(
            vector.Nonce, vector.Associated, vector.Associated.Length, frame, 0, textBytes, vector.TagBytes, text);
        frame[frame.Length - 1] ^= 1;
        return opens && refused && Same(vector.Text, text, textBytes) && Same(vector.Sealed, frame, frame.Length);
    }

    internal static bool Same(byte[] a, byte[] b, int length)
    {
        for (int i = 0; i < length; i++)
        {
            if (a[i] != b[i])
            {
                return false;
            }
        }

        return true;
    }

    // Marsaglia's xorshift32.
    private static uint Fill(byte[] bytes, uint random)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            bytes[i] = (byte)random;
        }

        return random;
    }
}
