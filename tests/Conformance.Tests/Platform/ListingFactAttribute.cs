using Xunit;

namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>A fact that needs the whole listing of the platform's API beside the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ListingFactAttribute : FactAttribute
{
    public ListingFactAttribute()
    {
        if (!PlatformApi.WholeIsThere)
            Skip = $"needs the listing of the platform's API in {PlatformApi.WholeFolder}, which is absent";
    }
}
