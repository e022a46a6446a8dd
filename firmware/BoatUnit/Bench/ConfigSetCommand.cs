using System.Collections;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Supervision;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>Changes one key, or replaces the whole configuration.</summary>
public sealed class ConfigSetCommand : BenchCommand
{
    private readonly Configuration _configuration;
    private readonly ILog _log;
    private readonly ArrayList _changed = new ArrayList();
    private readonly ConfigProblem _problem = new ConfigProblem();

    public ConfigSetCommand(Configuration configuration, ILog log)
    {
        _configuration = configuration;
        _log = log;
    }

    public override string Name => "config set";

    public override string Usage => "key, value | config";

    public override void Run(BenchRequest request, BenchReply reply)
    {
        if (request.Has("config") == request.Has("key"))
        {
            reply.Fail(BenchError.BadField, "either key and value, or config");
            return;
        }

        ConfigChange change;
        if (request.Has("config"))
        {
            Hashtable root = request.Value("config") as Hashtable;
            if (root == null)
            {
                reply.Fail(BenchError.BadField, "config: an object");
                return;
            }

            change = _configuration.Replace(root, _changed, _problem);
        }
        else
        {
            ConfigEntry entry = ConfigKeys.Find(request.Text("key"));
            if (entry == null)
            {
                reply.Fail(BenchError.BadField, "key: section and name of a key, such as gnss.rateHz");
                return;
            }

            change = _configuration.Set(entry, request.Value("value"), _changed, _problem);
        }

        Tell(change, request.MonotonicMs, reply);
    }

    private void Tell(ConfigChange change, long monotonicMs, BenchReply reply)
    {
        if (change == ConfigChange.Refused)
        {
            reply.Fail(BenchError.Refused, _problem.Key + ": " + Words(_problem.Refusal) + _problem.Allowed);
            return;
        }

        if (change == ConfigChange.NotStored)
        {
            reply.Fail(BenchError.NotStored, "the flash did not take it; the configuration is as before");
            return;
        }

        JsonWriter line = reply.Ok();
        line.BeginArray("changed");
        for (int i = 0; i < _changed.Count; i++)
        {
            line.Item(((ConfigEntry)_changed[i]).Key);
        }

        line.EndArray();
        line.Field("waitsForReboot", _configuration.WaitsForRestart);
        if (change == ConfigChange.Done)
        {
            _log.Note(monotonicMs, LogEvent.ConfigChanged, _changed.Count, null);
        }
    }

    private static string Words(ConfigRefusal refusal)
    {
        switch (refusal)
        {
            case ConfigRefusal.UnknownKey:
                return "not known; allowed is ";
            case ConfigRefusal.VersionFuture:
                return "newer than this firmware; allowed is ";
            case ConfigRefusal.VersionTooOld:
                return "too old; allowed is ";
            default:
                return "allowed is ";
        }
    }
}
