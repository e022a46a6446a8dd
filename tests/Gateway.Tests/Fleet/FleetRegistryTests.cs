using System.Net;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Fleet;

public sealed class FleetRegistryTests
{
    [Fact]
    public void FindConcentrator_RegisteredAndOther_IsTheOneOrNull()
    {
        var mast = new FleetConcentrator(0xAA55_5A00_0000_0101, "Batam mast");
        var fleet = new FleetRegistry(OperatingArea.Indonesia, [], [mast]);

        Assert.Same(mast, fleet.FindConcentrator(0xAA55_5A00_0000_0101));
        Assert.Null(fleet.FindConcentrator(0));
        Assert.Null(TestBoat.Fleet().FindConcentrator(0xAA55_5A00_0000_0101));
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("10.2.0.1", false)]
    [InlineData("2001:db8::7", true)]
    [InlineData("2001:db9::7", false)]
    public void Allows_AnAddress_ByItsNetworks(string source, bool allowed)
    {
        var mast = new FleetConcentrator(1, "mast") { AllowedSources = [IPNetwork.Parse("10.1.0.0/16"), IPNetwork.Parse("2001:db8::/32")] };

        Assert.Equal(allowed, mast.Allows(IPAddress.Parse(source)));
        Assert.True(new FleetConcentrator(2, "open").Allows(IPAddress.Parse(source)));
    }
}
