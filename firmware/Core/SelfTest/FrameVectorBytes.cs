using System;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.SelfTest;

/// <summary>
/// Frames of every kind out of tests/Vectors/frames.json, under its key; a test holds them against that file. Each is made
/// when it is asked for and not kept: the bytes then stand in flash and not in the heap.
/// </summary>
internal static class FrameVectorBytes
{
    /// <summary>How many there are.</summary>
    public const int Count = 21;

    public static SelfTestFrame Frame(int index)
    {
        switch (index)
        {
            case 0:
                return new SelfTestFrame(
                    "live area: Batam, under way, alarm",
                    FrameDirection.Uplink,
                    5000,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x44, 0x04, 0xD3, 0x88, 0xBA, 0x86, 0x89, 0xBB, 0x3C, 0x5C, 0x46, 0x17, 0xD9, 0xCC, 0xED, 0x5C,
                        0xA6, 0x67, 0x36,
                    },
                    new int[] { 116_234, 10_400_567, 11_045, 123, 231 });
            case 1:
                return new SelfTestFrame(
                    "live area: north-east corner, last codes",
                    FrameDirection.Uplink,
                    4294967294,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x47, 0xFF, 0xFF, 0xFE, 0x30, 0xCB, 0x25, 0xE0, 0xF4, 0x94, 0x8A, 0x60, 0x94, 0x4B, 0x8E, 0x80,
                        0x92, 0x6D, 0x5A,
                    },
                    new int[] { 897_151, 17_388_607, 86_399, 1_022, 359 });
            case 2:
                return new SelfTestFrame(
                    "live world: mid-Atlantic, unknowns",
                    FrameDirection.Uplink,
                    4294967294,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x4B, 0xFF, 0xFF, 0xFE, 0xBD, 0xB5, 0xB8, 0x02, 0xDC, 0xDF, 0x41, 0x9F, 0x66, 0xD3, 0x8E, 0x40,
                        0xD0, 0x27, 0xA9, 0xE9,
                    },
                    new int[] { 6_008_452, -2_353_910, 0, Fix.Unknown, Fix.Unknown });
            case 3:
                return new SelfTestFrame(
                    "track: shortest payload, opaque here",
                    FrameDirection.Uplink,
                    70000,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x4C, 0x04, 0xD0, 0x00, 0x01, 0x11, 0x70, 0x44, 0x75, 0xC0, 0xFE, 0x4E, 0x14, 0x29, 0x84, 0xFC,
                        0x2C, 0x3A, 0xE5, 0xD1, 0xBD, 0x66, 0x4A, 0x35, 0x3B, 0x1F, 0x0C, 0xBC,
                    },
                    new int[0]);
            default:
                return Group1(index);
        }
    }

    private static SelfTestFrame Group1(int index)
    {
        switch (index)
        {
            case 4:
                return new SelfTestFrame(
                    "sketch: shortest payload, opaque here",
                    FrameDirection.Uplink,
                    70001,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x50, 0x04, 0xD0, 0x00, 0x01, 0x11, 0x71, 0x9E, 0xA9, 0xF1, 0x53, 0x36, 0xA7, 0x24, 0x6A, 0x6B,
                        0x1C, 0x2D, 0x81, 0xEC, 0x75, 0x6C, 0xA1, 0xE5, 0xE8, 0xDA, 0x14,
                    },
                    new int[0]);
            case 5:
                return new SelfTestFrame(
                    "event area: SOS, three persons",
                    FrameDirection.Uplink,
                    70003,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x54, 0x04, 0xD0, 0x00, 0x01, 0x11, 0x73, 0x61, 0xF6, 0x5A, 0x3E, 0xC2, 0x43, 0x8C, 0x82, 0x24,
                        0xE6, 0x13, 0xA9, 0xCF, 0xD3, 0x1C, 0x65, 0x14,
                    },
                    new int[] { 116_234, 10_400_567, 3, 1, 12 });
            case 6:
                return new SelfTestFrame(
                    "event world: SOS without a position",
                    FrameDirection.Uplink,
                    70009,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x54, 0x04, 0xD8, 0x00, 0x01, 0x11, 0x79, 0x3A, 0x2C, 0x0E, 0x15, 0xD4, 0xB6, 0x5E, 0x9C, 0xDC,
                        0x6E, 0x09, 0x59, 0x30, 0x76, 0xEB, 0x24, 0xEC,
                    },
                    new int[] { Fix.Unknown, Fix.Unknown, Fix.Unknown, Fix.Unknown, 0 });
            case 7:
                return new SelfTestFrame(
                    "event world, long: last codes",
                    FrameDirection.Uplink,
                    70014,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x54, 0x04, 0xDF, 0x00, 0x01, 0x11, 0x7E, 0xE9, 0xDB, 0x35, 0xB4, 0xFF, 0x60, 0x8C, 0x79, 0x65,
                        0x24, 0x4F, 0xD5, 0x95, 0x2E, 0x2D, 0xB0, 0x5E, 0xC4, 0xEC, 0xE5, 0xC6, 0x1F,
                    },
                    new int[] { 9_000_000, 17_999_999, 62, 14, 63 });
            default:
                return Group2(index);
        }
    }

    private static SelfTestFrame Group2(int index)
    {
        switch (index)
        {
            case 8:
                return new SelfTestFrame(
                    "status: an ordinary one",
                    FrameDirection.Uplink,
                    70020,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x58, 0x04, 0xD0, 0x00, 0x01, 0x11, 0x84, 0xEB, 0xD8, 0x91, 0x7F, 0xB1, 0x4F, 0xF0, 0x4A, 0xD9,
                        0xCE, 0x25, 0x38, 0x91, 0x1B, 0x52, 0xE6, 0xFE,
                    },
                    new int[] { 24_800, 3_900, 41, 13, 11, 3_840 });
            case 9:
                return new SelfTestFrame(
                    "status, long: an ordinary one",
                    FrameDirection.Uplink,
                    70030,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x58, 0x04, 0xD8, 0x00, 0x01, 0x11, 0x8E, 0xC6, 0xF8, 0x76, 0xA9, 0xFB, 0x34, 0xAB, 0x74, 0x7E,
                        0xD2, 0x0D, 0xA4, 0x0D, 0x89, 0xD9, 0x0D, 0xC8, 0x19, 0xCC, 0x05, 0x8A, 0xD5, 0xFF, 0xFA, 0xFF,
                        0x87, 0xDA, 0x43, 0x19, 0xEF, 0x31, 0xB8, 0x0A, 0xB8, 0x96, 0x16, 0x3C, 0x39, 0x3C, 0x55, 0x04,
                        0x8B, 0x8C, 0x03, 0x68, 0xB3, 0xE3, 0x93, 0xE3, 0x14, 0xCD, 0x02, 0x3D, 0x4E,
                    },
                    new int[] { 24_800, 3_900, 41, 13, 11, 7_200, 78, 100_820, -340, -112, -725, 66_051 });
            case 10:
                return new SelfTestFrame(
                    "acknowledgement: some above the base",
                    FrameDirection.Downlink,
                    510203045,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[] { 0x5C, 0x04, 0xD4, 0xA5, 0x42, 0x57, 0x9D, 0x96, 0x0F, 0x97, 0x61, 0xD2, 0x94, 0xFE, 0x7D, 0xFD },
                    new int[] { 70_003, -1_610_612_735 });
            case 11:
                return new SelfTestFrame(
                    "command: report interval",
                    FrameDirection.Downlink,
                    510203046,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x60, 0x04, 0xD0, 0x1E, 0x69, 0x14, 0xA6, 0x37, 0x8A, 0xEA, 0xB5, 0xCD, 0x5A, 0x9D, 0x59, 0x59,
                        0x7C, 0xA9, 0xB4, 0xEE, 0xC1, 0x57, 0x86, 0x45,
                    },
                    new int[] { 60, 2, 90, 0 });
            default:
                return Group3(index);
        }
    }

    private static SelfTestFrame Group3(int index)
    {
        switch (index)
        {
            case 12:
                return new SelfTestFrame(
                    "command: SOS acknowledged, code 9",
                    FrameDirection.Downlink,
                    510203054,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x60, 0x04, 0xD0, 0x1E, 0x69, 0x14, 0xAE, 0xBB, 0xFC, 0x69, 0x86, 0x6B, 0xAF, 0xCE, 0xAF, 0x67,
                        0x6D, 0xB3, 0x2F, 0x75, 0x8C, 0x7D, 0x2E, 0xC7,
                    },
                    new int[] { 0, 0, 0, 9 });
            case 13:
                return new SelfTestFrame(
                    "command: key change",
                    FrameDirection.Downlink,
                    510203056,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x60, 0x04, 0xD0, 0x1E, 0x69, 0x14, 0xB0, 0x30, 0x29, 0x6F, 0xB1, 0x6B, 0x5E, 0xA6, 0xFF, 0xE5,
                        0xF6, 0x25, 0x46, 0xB4, 0x59, 0x73, 0x27, 0xD0, 0xAF, 0xDA, 0x29, 0x4F, 0x55, 0x1A, 0x48, 0x68,
                        0x20, 0xCC, 0x1C,
                    },
                    new int[] { 0, 0, 0, 0 });
            case 14:
                return new SelfTestFrame(
                    "track: the last bit of the tag turned",
                    FrameDirection.Uplink,
                    5000,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.TagMismatch,
                    new byte[]
                    {
                        0x4C, 0x04, 0xD0, 0x00, 0x00, 0x13, 0x88, 0xAF, 0xF0, 0x62, 0xCD, 0x39, 0x01, 0x2D, 0x9F, 0xE2,
                        0x14, 0xF4, 0x7B, 0x9A, 0x54, 0x79, 0xEC, 0xEE, 0xF4, 0x45, 0xCD, 0x34,
                    },
                    new int[0]);
            case 15:
                return new SelfTestFrame(
                    "version 2",
                    FrameDirection.Uplink,
                    5000,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.WrongVersion,
                    new byte[]
                    {
                        0x84, 0x04, 0xD3, 0x88, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                        0x00, 0x00, 0x00,
                    },
                    new int[0]);
            default:
                return Group4(index);
        }
    }

    private static SelfTestFrame Group4(int index)
    {
        switch (index)
        {
            case 16:
                return new SelfTestFrame(
                    "kind 6 with flags 1",
                    FrameDirection.Uplink,
                    5000,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.ReservedBits,
                    new byte[]
                    {
                        0x58, 0x04, 0xD1, 0x00, 0x00, 0x13, 0x88, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                    },
                    new int[0]);
            case 17:
                return new SelfTestFrame(
                    "live area of 18 bytes",
                    FrameDirection.Uplink,
                    5000,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.TooShort,
                    new byte[]
                    {
                        0x44, 0x04, 0xD3, 0x88, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                        0x00, 0x00,
                    },
                    new int[0]);
            case 18:
                return new SelfTestFrame(
                    "status: reset cause 8",
                    FrameDirection.Uplink,
                    5000,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.FieldOutOfRange,
                    new byte[]
                    {
                        0x58, 0x04, 0xD0, 0x00, 0x00, 0x13, 0x88, 0xAF, 0xF0, 0x62, 0xCD, 0x39, 0x01, 0x2D, 0x9F, 0xE2,
                        0x14, 0xB4, 0x7B, 0x9A, 0xF9, 0x61, 0x1D, 0x27,
                    },
                    new int[0]);
            case 19:
                return new SelfTestFrame(
                    "live area: another counter with the same 12 bits",
                    FrameDirection.Uplink,
                    5000,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.TagMismatch,
                    new byte[]
                    {
                        0x44, 0x04, 0xD3, 0x88, 0x83, 0x9A, 0xD8, 0x7E, 0x66, 0x01, 0xEF, 0xE9, 0x88, 0xF8, 0xAB, 0xEE,
                        0xCE, 0x69, 0x74,
                    },
                    new int[0]);
            default:
                return Group5(index);
        }
    }

    private static SelfTestFrame Group5(int index)
    {
        switch (index)
        {
            case 20:
                return new SelfTestFrame(
                    "acknowledgement, long: newest first, far above the base",
                    FrameDirection.Downlink,
                    510203058,
                    -1_200_000,
                    9_000_000,
                    FrameRejection.None,
                    new byte[]
                    {
                        0x5C, 0x04, 0xD4, 0xB2, 0x75, 0x7C, 0x6F, 0x13, 0x8A, 0x63, 0xB7, 0x58, 0x69, 0xFC, 0xB7, 0x77,
                        0xAF, 0x6C, 0xE0, 0xCD, 0x5C, 0x80, 0x00, 0x4C,
                    },
                    new int[] { 70_003, -1_610_612_735, 71_000, -1_073_741_823 });
            default:
                throw new ArgumentOutOfRangeException(nameof(index));
        }
    }
}
