namespace BoatTelemetry.Core.Links;

// Sources, and how sure each figure is, stand in docs/radio-regulation.md. In short:
//
//   region    band MHz      duty   EIRP dBm  dwell   channels
//   AS923-2   920.0-923.0   1 %    16        400 ms  921.2 ... 922.6, 8     Indonesia, the default
//   AS923-1   923.0-923.5   1 %    16        400 ms  923.2, 923.4
//   AS923-3   916.5-917.0   1 %    16        400 ms  916.6, 916.8
//   AS923-4   917.0-920.0   1 %    16        400 ms  917.3, 917.5
//   EU868     865.0-868.0   1 %    16        -       867.1 ... 867.9, 5
//             868.0-868.6   1 %    16        -       868.1, 868.3, 868.5
//   US915     902.0-928.0   -      21        400 ms  903.9 ... 905.3, 8; each rests 20 s
//
// 1 % where RP002 gives it for the plan, though some countries of the plan ask for less: a boat crosses borders.

/// <summary>The regions that this firmware may send in.</summary>
public static class Regions
{
    /// <summary>Indonesia.</summary>
    public const string Default = "AS923-2";

    /// <summary>What <see cref="Find"/> gives for a name that it does not know.</summary>
    public const string ReceiveOnly = "RX-ONLY";

    private const int DwellUs = 400_000;
    private const int DutyPermille = 10;

    // RP002-1.0.5 2.x and 3.10.3: default maximum EIRP of AS923 and EU868.
    private const int EirpCdbm = 1600;

    /// <summary>The region of a name, or one in which nothing is sent. Each call makes it anew; it is called at the start.</summary>
    public static Region Find(string name)
    {
        switch (name)
        {
            case "AS923-1":
                return As923(1, name, 923_000_000, 923_500_000, new[] { 923_200_000, 923_400_000 });
            case "AS923-2":
                return As923(2, name, 920_000_000, 923_000_000, Every200Khz(921_200_000, 8));
            case "AS923-3":
                return As923(3, name, 916_500_000, 917_000_000, new[] { 916_600_000, 916_800_000 });
            case "AS923-4":
                return As923(4, name, 917_000_000, 920_000_000, new[] { 917_300_000, 917_500_000 });
            case "EU868":
                return Eu868();
            case "US915":
                return Us915();
            default:
                return Unknown();
        }
    }

    private static Region As923(int id, string name, int lowHz, int highHz, int[] channelsHz)
    {
        return new Region(id, name, new[] { new SubBand(lowHz, highHz, DutyPermille, EirpCdbm) }, channelsHz)
        {
            DwellMaxUs = DwellUs,
            SpreadingFactorMax = 10,
            FrameBytesMaxFromSf7 = UnderDwell(),
        };
    }

    private static Region Eu868()
    {
        SubBand[] subBands =
        {
            new SubBand(865_000_000, 868_000_000, DutyPermille, EirpCdbm),
            new SubBand(868_000_000, 868_600_000, DutyPermille, EirpCdbm),
        };
        int[] channelsHz =
        {
            868_100_000, 868_300_000, 868_500_000, 867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000,
        };

        // RP002: M of 250, 250, 123, 59, 59, 59 bytes at SF7 to SF12, and 5 for header and integrity code around it.
        return new Region(5, "EU868", subBands, channelsHz)
        {
            FrameBytesMaxFromSf7 = new[] { 255, 255, 128, 64, 64, 64 },
        };
    }

    private static Region Us915()
    {
        // Eight channels are a hybrid system (47 CFR 15.247(f)), for which RP002 gives 21 dBm. A channel may be used for
        // 0.4 s in 20 s (15.247(a)(1)(i)): one frame, and then it rests.
        SubBand[] subBands = { new SubBand(902_000_000, 928_000_000, 0, 2100) };
        return new Region(6, "US915", subBands, Every200Khz(903_900_000, 8))
        {
            DwellMaxUs = DwellUs,
            ChannelRestMs = 20_000,
            SpreadingFactorMax = 10,
            FrameBytesMaxFromSf7 = UnderDwell(),
        };
    }

    // It still listens where the default region does: whoever mistyped the region can be told so from shore.
    private static Region Unknown()
    {
#pragma warning disable MA0005 // Array.Empty is generic, which nanoFramework is not.
        SubBand[] none = new SubBand[0];
#pragma warning restore MA0005
        return new Region(0, ReceiveOnly, none, Every200Khz(921_200_000, 8))
        {
            ReceiveOnly = true,
            FrameBytesMaxFromSf7 = UnderDwell(),
        };
    }

    // RP002: M of 250, 133, 61, 19 bytes at SF7 to SF10 under the dwell limit, and 5 around it.
    private static int[] UnderDwell()
    {
        return new[] { 255, 138, 66, 24, 0, 0 };
    }

    private static int[] Every200Khz(int firstHz, int count)
    {
        int[] channelsHz = new int[count];
        for (int i = 0; i < count; i++)
        {
            channelsHz[i] = firstHz + (i * 200_000);
        }

        return channelsHz;
    }
}
