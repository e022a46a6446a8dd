using BoatTelemetry.BoatUnit.Config;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>What the console can do.</summary>
internal sealed class HelpCommand : BenchCommand
{
    private readonly BenchCommand[] _commands;

    public HelpCommand(BenchCommand[] commands)
    {
        _commands = commands;
    }

    public override string Name => "help";

    public override string Usage => "";

    public override void Run(BenchRequest request, BenchReply reply)
    {
        JsonWriter line = reply.Ok();
        line.BeginObject("commands");
        for (int i = 0; i < _commands.Length; i++)
        {
            line.Field(_commands[i].Name, _commands[i].Usage);
        }

        line.EndObject();
    }
}
