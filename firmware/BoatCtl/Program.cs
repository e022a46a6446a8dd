// The technician's command line. 1 where it runs, 2 what may be asked, 3 do what was asked.
using BoatTelemetry.BoatCtl;
using BoatTelemetry.BoatCtl.Bench;
using BoatTelemetry.BoatCtl.Terminal;

var shell = Shell.OfProcess();
var commands = BoatCtlCommands.Create(shell, PortCatalog.OfSystem());
return await shell.RunAsync(commands, args);
