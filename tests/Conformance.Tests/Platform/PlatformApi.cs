using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>
/// A public API in Cecil's full-name form, one line a type (<c>T</c>), method (<c>M</c>) or field (<c>F</c>), as
/// shared/nanoframework-api beside the repository has it.
/// </summary>
internal sealed class PlatformApi
{
    private static readonly Lazy<PlatformApi> _used = new(ReadUsed);
    private static readonly Lazy<PlatformApi> _whole = new(ReadWhole);

    private readonly HashSet<string> _types = new(StringComparer.Ordinal);
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);

    private PlatformApi(IEnumerable<string> files)
    {
        foreach (var line in files.SelectMany(File.ReadLines).Where(line => line.Length > 2 && line[0] != '#'))
        {
            Lines.Add(line);
            if (line[0] == 'T')
                _types.Add(line[2..].Split(" : ")[0]);
            else
                _members.Add(MemberOf(line));
        }
    }

    /// <summary>The part that the firmware uses, kept in the repository: enough to hold the firmware against.</summary>
    public static PlatformApi Used => _used.Value;

    /// <summary>All of it, beside the repository.</summary>
    public static PlatformApi Whole => _whole.Value;

    public static string UsedPath { get; } = RepositoryPaths.InRepository("tests", "Conformance.Tests", "Platform", "platform-api.txt");

    public static string WholeFolder { get; } = Path.GetFullPath(Path.Combine(RepositoryPaths.Root, "..", "shared", "nanoframework-api"));

    public static bool WholeIsThere => Directory.Exists(WholeFolder);

    /// <summary>The lines as they stand.</summary>
    public HashSet<string> Lines { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the platform has a type of this full name.</summary>
    public bool HasType(string fullName) => _types.Contains(fullName);

    /// <summary>Whether the platform has a method or field of this full name.</summary>
    public bool HasMember(string fullName) => _members.Contains(fullName);

    private static PlatformApi ReadUsed() => new([UsedPath]);

    private static PlatformApi ReadWhole() => new(Directory.GetFiles(WholeFolder, "*.txt"));

    private static string MemberOf(string line)
    {
        var text = line[2..];
        return (text.StartsWith("static ", StringComparison.Ordinal) ? text[7..] : text).Split(" = ")[0];
    }
}
