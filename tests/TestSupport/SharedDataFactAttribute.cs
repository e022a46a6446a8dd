using Xunit;

namespace BoatTelemetry.TestSupport;

/// <summary>A fact that needs the data beside the repository, and is skipped with a message without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute()
    {
        if (!RepositoryPaths.HasSharedData)
        {
            Skip = $"needs the recorded data in {RepositoryPaths.SharedData}, which is absent";
        }
    }
}

/// <summary>A theory that needs the data beside the repository, and is skipped with a message without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute()
    {
        if (!RepositoryPaths.HasSharedData)
        {
            Skip = $"needs the recorded data in {RepositoryPaths.SharedData}, which is absent";
        }
    }
}
