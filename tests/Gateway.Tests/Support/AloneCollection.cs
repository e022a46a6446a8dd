using Xunit;

namespace BoatTelemetry.Gateway.Tests.Support;

/// <summary>What measures the whole process runs when nothing else does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
