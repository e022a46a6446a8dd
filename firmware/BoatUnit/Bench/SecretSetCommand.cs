using System.Text;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Supervision;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>Sets a password; it is in force from the next start on, and never shown.</summary>
public sealed class SecretSetCommand : BenchCommand
{
    private readonly SecretStore _secrets;
    private readonly ILog _log;

    public SecretSetCommand(SecretStore secrets, ILog log)
    {
        _secrets = secrets;
        _log = log;
    }

    public override string Name => "secret set";

    public override string Usage => "name, value | hex";

    public override void Run(BenchRequest request, BenchReply reply)
    {
        int kind = KindOf(request.Text("name"));
        if (kind < 0)
        {
            reply.Fail(BenchError.BadField, "name: wifiPassword, mqttPassword or simPin");
            return;
        }

        int bytesMax = SecretStore.BytesMax((SecretKind)kind);
        byte[] value = request.Has("hex") ? Hex.Parse(request.Text("hex"), bytesMax) : Bytes(request.Text("value"));
        if (value == null || value.Length > bytesMax)
        {
            reply.Fail(
                BenchError.BadField,
                "value: a text of at most " + bytesMax.ToString() + " bytes; one that begins with a quote or reads as a date goes as hex");
            return;
        }

        if (!_secrets.TrySet((SecretKind)kind, value))
        {
            reply.Fail(BenchError.NotStored, "the flash did not take it; the value is as before");
            return;
        }

        JsonWriter line = reply.Ok();
        line.Field("name", SecretNames.Of((SecretKind)kind));
        line.Field("state", _secrets.IsSet((SecretKind)kind) ? "set" : "unset");
        _log.Note(request.MonotonicMs, LogEvent.SecretChanged, kind, SecretNames.Of((SecretKind)kind));
    }

    private static byte[] Bytes(string text)
    {
        return text == null || (text.Length > 0 && text[0] == '"') ? null : Encoding.UTF8.GetBytes(text);
    }

    private static int KindOf(string name)
    {
        for (int i = 0; i < SecretStore.Kinds; i++)
        {
            if (SecretNames.Of((SecretKind)i) == name)
            {
                return i;
            }
        }

        return -1;
    }
}
