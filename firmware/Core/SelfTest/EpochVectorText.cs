using System;
using BoatTelemetry.Core.Gnss;

namespace BoatTelemetry.Core.SelfTest;

/// <summary>Epochs of a receiver out of tests/Vectors/nmea.json; a test holds them against it.</summary>
internal static class EpochVectorText
{
    /// <summary>How many there are.</summary>
    public const int Count = 4;

    public static SelfTestEpoch Vector(int index)
    {
        switch (index)
        {
            case 0:
                return new SelfTestEpoch(
                    "RMC and GGA, 1 N 104 E, hundredths of a second",
                    "$GNRMC,030405.25,A,0109.74000,N,10400.34000,E,12.300,231.10,310327,,,A*49\r\n"
                    + "$GNGGA,030405.25,0109.74000,N,10400.34000,E,1,11,0.90,3.1,M,8.4,M,,*79\r\n",
                    new int[] { 11_623_333, 1_040_056_667, 11_045_250, 20_908, 12_300, 23_110, 310, 90, 11 });
            case 1:
                return new SelfTestEpoch(
                    "GGA and RMC, 8 S 115 E, no fraction, no speed, no course",
                    "$GPGGA,235959,0844.5000,S,11510.2500,E,2,08,1.2,-4.0,M,20.1,M,,*72\r\n"
                    + "$GPRMC,235959,A,0844.5000,S,11510.2500,E,,,311226,,,D*62\r\n",
                    new int[] { -87_416_667, 1_151_708_333, 86_399_000, 20_818, Fix.Unknown, Fix.Unknown, -400, 120, 8 });
            case 2:
                return new SelfTestEpoch(
                    "GGA alone, 34 S 151 W, day unknown",
                    "$GPGGA,000000.00,3412.34567,S,15159.99999,W,1,04,9.99,0.0,M,,M,,*47\r\n",
                    new int[] { -342_057_612, -1_519_999_998, 0, Fix.Unknown, Fix.Unknown, Fix.Unknown, 0, 999, 4 });
            case 3:
                return new SelfTestEpoch(
                    "void RMC and GGA give no fix",
                    "$GNGGA,030406.00,,,,,0,00,99.99,,,,,,*79\r\n"
                    + "$GNRMC,030406.00,V,,,,,,,310327,,,N*66\r\n",
                    new int[0]);
            default:
                throw new ArgumentOutOfRangeException(nameof(index));
        }
    }
}
