using BoatTelemetry.BoatUnit.Config;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>Shows the stored configuration, one section or one key of it; of secrets whether they are set.</summary>
public sealed class ConfigGetCommand : BenchCommand
{
    private readonly Configuration _configuration;
    private readonly SecretStore _secrets;

    public ConfigGetCommand(Configuration configuration, SecretStore secrets)
    {
        _configuration = configuration;
        _secrets = secrets;
    }

    public override string Name => "config get";

    public override string Usage => "section? | key?";

    public override void Run(BenchRequest request, BenchReply reply)
    {
        if (request.Has("key"))
        {
            GetKey(ConfigKeys.Find(request.Text("key")), reply);
            return;
        }

        string section = request.Text("section");
        if (request.Has("section") && (section == null || !ConfigKeys.HasSection(section)))
        {
            reply.Fail(BenchError.BadField, "section: a section of the configuration");
            return;
        }

        JsonWriter line = reply.Ok();
        line.BeginObject("config");
        if (section == null)
        {
            _configuration.Stored.Write(line);
        }
        else
        {
            _configuration.Stored.WriteSection(section, line);
        }

        line.EndObject();
        if (section == null)
        {
            WriteSecrets(line);
        }
    }

    private void GetKey(ConfigEntry entry, BenchReply reply)
    {
        if (entry == null)
        {
            reply.Fail(BenchError.BadField, "key: section and name of a key, such as gnss.rateHz");
            return;
        }

        JsonWriter line = reply.Ok();
        line.Field("key", entry.Key);
        _configuration.Stored.WriteValue(entry, "value", line);
        line.Field("allowed", entry.Allowed());
        line.Field("effect", entry.AtOnce ? "now" : "reboot");
    }

    private void WriteSecrets(JsonWriter line)
    {
        line.BeginObject("secrets");
        for (int i = 0; i < SecretStore.Kinds; i++)
        {
            line.Field(SecretNames.Of((SecretKind)i), _secrets.IsSet((SecretKind)i) ? "set" : "unset");
        }

        line.EndObject();
    }
}
