using System.CommandLine;
using System.Net;
using BoatTelemetry.Core.Frames;
using BoatTelemetry.Host.Unit;

namespace BoatTelemetry.Host.Commands;

/// <summary>The options that say which unit it is and where its frames go; all commands have them.</summary>
internal sealed class UnitOptions
{
    private readonly Option<int> _unit = new("--unit")
    {
        Description = "The unit's number, 0 to 16383.",
        HelpName = "ID",
        CustomParser = ArgumentParsers.Unit,
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<IPEndPoint?> _gateway = new("--gateway")
    {
        Description = "The gateway's packet-forwarder port.",
        HelpName = "HOST:PORT",
        CustomParser = ArgumentParsers.Gateway,
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, 1700),
    };

    private readonly Option<string?> _keyFile = new("--key-file")
    {
        Description = "File with the unit's key, 32 hexadecimal digits. Default: unit-ID.key in the state folder.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _state = new("--state")
    {
        Description = "Folder that stands for the unit's flash. Default: BoatTelemetry in the user's application data.",
        HelpName = "DIR",
    };

    private readonly Option<OperatingArea?> _area = new("--area")
    {
        Description = "South-west corner of the operating area in degrees. Default: -12,90 (Indonesia).",
        HelpName = "LAT,LON",
        CustomParser = ArgumentParsers.Area,
    };

    public void AddTo(Command command)
    {
        command.Add(_unit);
        command.Add(_gateway);
        command.Add(_keyFile);
        command.Add(_state);
        command.Add(_area);
    }

    public UnitSettings Of(ParseResult asked)
    {
        var unit = asked.GetValue(_unit);
        var state = asked.GetValue(_state) ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "BoatTelemetry");
        var keyFile = asked.GetValue(_keyFile) ?? Path.Combine(state, $"unit-{unit}.key");
        return new UnitSettings(unit, keyFile, state, asked.GetValue(_area) ?? OperatingArea.Indonesia, asked.GetValue(_gateway)!);
    }
}
