// The whole way on one machine: a broker, the gateway and boat units as processes of their own, and the positions that
// arrive on MQTT, live. 1 what may be asked, 2 what was asked, 3 do it.
using BoatTelemetry.Demo;

var commands = DemoCommand.Create();
var asked = commands.Parse(args);
if (asked.Errors.Count > 0)
{
    foreach (var error in asked.Errors)
        Console.Error.WriteLine(error.Message);

    Console.Error.WriteLine("--help tells what is possible.");
    return DemoCommand.Usage;
}

return await asked.InvokeAsync(new() { ProcessTerminationTimeout = null });
