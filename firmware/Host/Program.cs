// The boat unit on the PC. 1 what may be asked, 2 what was asked, 3 do it.
using BoatTelemetry.Host.Commands;

var commands = HostCommands.Create();
var asked = commands.Parse(args);
if (asked.Errors.Count > 0)
{
    foreach (var error in asked.Errors)
        Console.Error.WriteLine(error.Message);

    Console.Error.WriteLine("--help tells what is possible.");
    return ExitCode.Usage;
}

return asked.Invoke();
