using BoatTelemetry.TestSupport;
using Xunit;

namespace BoatTelemetry.Core.Tests.Gnss;

/// <summary>The recorded logs and how many fixes each holds, counted with a script apart from this code.</summary>
public sealed class ReceiverLogs : TheoryData<string, int>
{
    public ReceiverLogs()
    {
        Add("gpsd-bundg_zeus_9.log", 149);
        Add("gpsd-quectel-l76k-dual.log", 130);
        Add("gpsd-telit-he910.log", 186);
        Add("signalk-gofree-merrimac.log", 142);
        Add("signalk-gps.log", 1202);
        Add("signalk-plaka.log", 7250);
    }

    public static byte[] Read(string name) => File.ReadAllBytes(RepositoryPaths.Shared("nmea", name));
}
