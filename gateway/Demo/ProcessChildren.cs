using System.Globalization;

namespace BoatTelemetry.Demo;

/// <summary>
/// The programs that a child process has started itself, such as the gateway's broker: a child that dies without warning
/// cannot end them, so the demo does. Linux only, where /proc tells them.
/// </summary>
internal sealed class ProcessChildren
{
    private readonly List<(int Id, string CommandLine)> _children = [];

    /// <summary>Notes those that run now.</summary>
    public void NoteThoseOf(int processId)
    {
        try
        {
            foreach (var thread in Directory.GetDirectories($"/proc/{processId}/task"))
            {
                var ids = File.ReadAllText(Path.Combine(thread, "children"));
                foreach (var id in ids.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    _children.Add((int.Parse(id, CultureInfo.InvariantCulture), CommandLine(id)));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another system, a kernel that does not tell, or a thread that has just ended.
        }
    }

    /// <summary>Those that still run. The command line guards against a number that has been given to another process.</summary>
    public IEnumerable<int> StillRunning() => _children
        .Where(child => child.CommandLine.Length > 0 && CommandLine(child.Id.ToString(CultureInfo.InvariantCulture)) == child.CommandLine)
        .Select(child => child.Id);

    private static string CommandLine(string id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
