namespace BoatTelemetry.TestSupport;

/// <summary>Where the repository and the data beside it are, found from the test's own assembly upwards.</summary>
public static class RepositoryPaths
{
    /// <summary>The folder that holds BoatTelemetry.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Real receiver logs, a recorded packet forwarder, published vectors; may be absent.</summary>
    public static string SharedData { get; } = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data"));

    /// <summary>Whether the data beside the repository is there.</summary>
    public static bool HasSharedData => Directory.Exists(SharedData);

    /// <summary>A file below <see cref="SharedData"/>.</summary>
    public static string Shared(params string[] parts) => Path.Combine([SharedData, .. parts]);

    /// <summary>A file of the repository.</summary>
    public static string InRepository(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "BoatTelemetry.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"BoatTelemetry.sln is not above {AppContext.BaseDirectory}.");
    }
}
