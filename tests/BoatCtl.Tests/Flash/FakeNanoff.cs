using System.Globalization;
using System.Text;

namespace BoatTelemetry.BoatCtl.Tests.Flash;

/// <summary>A program that says what nanoff would, and notes how it was called. One answer a call, in order.</summary>
internal sealed class FakeNanoff
{
    private readonly string _folder;

    /// <param name="folder">Where it is made.</param>
    /// <param name="answers">Of each call: what it says, and its exit code (of which a Unix keeps the low eight bits).</param>
    public FakeNanoff(string folder, params (string Text, int ExitCode)[] answers)
    {
        _folder = folder;
        File = Path.Combine(folder, "nanoff");
        var script = new StringBuilder("#!/bin/sh\necho \"$@\" >> ").Append(Calls).Append("\ncase $(wc -l < ").Append(Calls).Append(") in\n");
        for (var i = 0; i < answers.Length; i++)
        {
            var text = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"answer-{i + 1}"));
            System.IO.File.WriteAllText(text, answers[i].Text);
            script.Append(CultureInfo.InvariantCulture, $"{i + 1}) cat {text}; exit {answers[i].ExitCode & 0xFF};;\n");
        }

        System.IO.File.WriteAllText(File, script.Append("esac\nexit 99\n").ToString());
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public string File { get; }

    private string Calls => Path.Combine(_folder, "calls");

    /// <summary>The arguments of each call.</summary>
    public string[] Called() => System.IO.File.Exists(Calls) ? System.IO.File.ReadAllLines(Calls) : [];
}
