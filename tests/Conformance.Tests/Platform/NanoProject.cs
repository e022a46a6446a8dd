using System.Text.RegularExpressions;
using System.Xml.Linq;
using BoatTelemetry.TestSupport;

namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>
/// A nanoFramework project as its file says it, without nanoFramework's build: which sources go into its assembly. Knows
/// what these projects use: Compile with Include and Exclude, a wildcard in the file name, and imports beside them.
/// </summary>
internal sealed partial class NanoProject
{
    private const string ThisFolder = "$(MSBuildThisFileDirectory)";

    private readonly List<string> _files = [];

    /// <param name="path">From the repository's root, as firmware/Core/Core.nfproj.</param>
    public NanoProject(string path)
    {
        Name = Path.GetFileName(path);
        Read(RepositoryPaths.InRepository(path.Split('/')));
    }

    public string Name { get; }

    /// <summary>Its sources from the repository's root with slashes; one that is named twice is here twice.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Every type that the sources declare, read from their text, with its namespace.</summary>
    public IReadOnlySet<(string Namespace, string Name)> DeclaredTypes() =>
        (from file in Files
         let code = CodeOf(file)
         from match in Declaration().Matches(code)
         select (Namespace().Match(code).Groups["name"].Value, match.Groups["name"].Value)).ToHashSet();

    /// <summary>
    /// Which of the types its code uses, a line each. A word is a type where its namespace is the file's own, one
    /// around that or one that the file imports, or where the namespace's last part stands before it; not where it is
    /// called, as a method is.
    /// </summary>
    public IEnumerable<string> UsesOf(IReadOnlySet<(string Namespace, string Name)> types)
    {
        foreach (var file in Files)
        {
            var code = CodeOf(file);
            var own = Namespace().Match(code).Groups["name"].Value;
            var imports = Using().Matches(code).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
            var words = Word().Matches(code).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
            foreach (var (space, name) in types.Where(type => words.Contains(type.Name)))
            {
                var seen = imports.Contains(space) || $"{own}.".StartsWith($"{space}.", StringComparison.Ordinal);
                if (seen || code.Contains($"{space.Split('.')[^1]}.{name}", StringComparison.Ordinal))
                    yield return $"{file}: {name}";
            }
        }
    }

    // A comment may name what it likes; a constant leaves no trace in the byte code and must be seen.
    private static string CodeOf(string file) => Comment().Replace(File.ReadAllText(RepositoryPaths.InRepository(file.Split('/'))), string.Empty);

    private void Read(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        foreach (var element in XDocument.Load(path).Descendants())
        {
            if (element.Name.LocalName == "Compile")
            {
                var excluded = Matching(folder, element.Attribute("Exclude")?.Value ?? string.Empty).ToHashSet(StringComparer.Ordinal);
                _files.AddRange(Matching(folder, element.Attribute("Include")!.Value).Where(file => !excluded.Contains(file)));
            }
            else if (element.Name.LocalName == "Import" && element.Attribute("Project")!.Value is var imported && !imported.Contains("$(", StringComparison.Ordinal))
            {
                Read(Path.GetFullPath(Path.Combine(folder, imported.Replace('\\', '/'))));
            }
        }
    }

    private static IEnumerable<string> Matching(string folder, string list)
    {
        foreach (var item in list.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var path = Path.GetFullPath(Path.Combine(folder, item.Replace(ThisFolder, string.Empty, StringComparison.Ordinal).Replace('\\', '/')));
            var found = Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path));
            if (found.Length == 0)
                throw new InvalidDataException($"{item} in {folder} names no file.");
            foreach (var file in found.Order(StringComparer.Ordinal))
                yield return Path.GetRelativePath(RepositoryPaths.Root, file).Replace('\\', '/');
        }
    }

    [GeneratedRegex(@"\b(class|struct|interface|enum|delegate\s+\w+)\s+(?<name>[A-Z]\w*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (static |\w+ = )?(?<name>[\w.]+);", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Using();

    [GeneratedRegex(@"\b(?<name>\w+)\b(?!\()|(?<=(\bnew|:)\s)(?<name>\w+)(?=\()", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"//.*", RegexOptions.None, 1000)]
    private static partial Regex Comment();
}
