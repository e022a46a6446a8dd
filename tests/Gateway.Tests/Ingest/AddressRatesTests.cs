using BoatTelemetry.Gateway.Ingest;
using BoatTelemetry.TestSupport;
using Xunit.Abstractions;

namespace BoatTelemetry.Gateway.Tests.Ingest;

public sealed class AddressRatesTests(ITestOutputHelper output)
{
    [Fact]
    public void TryTake_OneAddress_HasItsBurstAndThenItsRate()
    {
        var rates = new AddressRates(perSecond: 10, burst: 5, addressesMax: 64);

        Assert.Equal(5, Taken(rates, 1, 20, 1000));
        Assert.Equal(0, Taken(rates, 1, 20, 1099));
        Assert.Equal(1, Taken(rates, 1, 20, 1101));
        Assert.Equal(5, Taken(rates, 1, 20, 60_000));
    }

    [Fact]
    public void TryTake_OneAddressWithoutTokens_LeavesTheOthersAlone()
    {
        var rates = new AddressRates(perSecond: 1, burst: 5, addressesMax: 64);

        Assert.Equal(5, Taken(rates, 1, 1000, 0));
        Assert.Equal(5, Taken(rates, 2, 1000, 0));
    }

    [Fact]
    public void TryTake_AFloodOfInventedAddresses_GetsTheTableOnceAndThenOneRate()
    {
        var random = Seed.New(output);
        var rates = new AddressRates(perSecond: 10, burst: 10, addressesMax: 1024);
        var taken = 0;
        for (var i = 0; i < 100_000; i++)
            taken += Taken(rates, new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()), 10, 1000);

        // Each place's burst, and that of all who share the last bucket.
        Assert.InRange(taken, 1, (1024 + 1) * 10);
    }

    [Fact]
    public void TryTake_AfterAFloodHasEnded_GivesItsPlacesToOthers()
    {
        var rates = new AddressRates(perSecond: 10, burst: 10, addressesMax: 64);
        for (var i = 0; i < 1000; i++)
            Taken(rates, (UInt128)i, 10, 0);

        Assert.Equal(10, Taken(rates, 2000, 100, 60_000));
        Assert.Equal(10, Taken(rates, 2001, 100, 60_000));
    }

    [Fact]
    public void TryTake_AnAddressThatIsKnown_KeepsItsPlaceInAFlood()
    {
        var random = Seed.New(output);
        var rates = new AddressRates(perSecond: 10, burst: 10, addressesMax: 64);
        Assert.Equal(4, Taken(rates, 77, 4, 0));
        for (var i = 0; i < 10_000; i++)
            Taken(rates, new UInt128(1, (ulong)random.NextInt64()), 10, 100);

        Assert.Equal(7, Taken(rates, 77, 100, 100));
    }

    [Fact]
    public void TryTake_ManyAddresses_AllocatesNothing()
    {
        var rates = new AddressRates(perSecond: 10, burst: 10, addressesMax: 64);
        Taken(rates, 1, 1, 0);

        Assert.Equal(0, Allocated.Least(pass =>
        {
            for (var i = 0; i < 1000; i++)
                rates.TryTake(new UInt128((ulong)pass, (ulong)i), i);
        }));
    }

    private static int Taken(AddressRates rates, UInt128 address, int tries, long monotonicMs) =>
        Enumerable.Range(0, tries).Count(_ => rates.TryTake(address, monotonicMs));
}
