namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>
/// The public API of the real nanoFramework assemblies, in Cecil's full-name form: one line a member, in the files beside
/// the repository (shared/nanoframework-api).
/// </summary>
internal static class PlatformApi
{
    private static readonly Lazy<HashSet<string>> _members = new(Read);

    public static string Folder { get; } = Path.GetFullPath(Path.Combine(TestSupport.RepositoryPaths.Root, "..", "shared", "nanoframework-api"));

    public static bool IsThere => Directory.Exists(Folder);

    /// <summary>Whether the platform has a method or field of this full name.</summary>
    public static bool HasMember(string fullName) => _members.Value.Contains(fullName);

    /// <summary>Whether the platform has a type of this full name.</summary>
    public static bool HasType(string fullName) => _members.Value.Contains("type " + fullName);

    private static HashSet<string> Read()
    {
        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in Directory.GetFiles(Folder, "*.txt").SelectMany(File.ReadLines))
        {
            var text = line.Length > 2 ? line[2..] : "";
            switch (line.AsSpan(0, Math.Min(2, line.Length)))
            {
                case "T ":
                    members.Add("type " + text.Split(" : ")[0]);
                    break;
                case "M " or "F ":
                    var member = text.StartsWith("static ", StringComparison.Ordinal) ? text[7..] : text;
                    members.Add(member.Split(" = ")[0]);
                    break;
                default:
                    break;
            }
        }

        return members;
    }
}
