using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.BoatUnit.Links;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Links;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>How each link is, for the bench console: null for one that is not in use. The words are those of docs/bench-console.md.</summary>
public sealed class LinkView
{
    /// <summary>The word for a modem whose port the console has.</summary>
    public const string Waiting = "waiting";

    private readonly UnitLinks _links;

    public LinkView(UnitLinks links)
    {
        _links = links;
    }

    /// <summary>Writes the object "links".</summary>
    public void Write(JsonWriter into)
    {
        into.BeginObject("links");
        WriteLink(into, "lora", _links.LoRa);
        WriteLink(into, "cellular", _links.Cellular);
        WriteWifi(into);
        into.EndObject();
    }

    /// <summary>Why Wi-Fi is not ready, in a word; null if it is, or if nothing has failed so far.</summary>
    public string WifiFailure()
    {
        if (_links.Wifi == null)
        {
            return _links.WifiOff;
        }

        LinkState state = _links.Wifi.State;
        return state == LinkState.Ready || state == LinkState.Busy ? null : FailureWord(_links.Wifi.Uplink.LastFailure);
    }

    /// <summary>Whether a word of <see cref="WifiFailure"/> asks for somebody's hand, wherever the boat is.</summary>
    public static bool IsFault(string failure)
    {
        switch (failure)
        {
            case "no-certificate":
            case "refused":
            case "subscribe-refused":
            case "client-failed":
            case "safe-mode":
                return true;
            default:
                return false;
        }
    }

    private static void WriteLink(JsonWriter into, string name, IUnitLink link)
    {
        if (link == null)
        {
            into.Field(name, (string)null);
            return;
        }

        into.BeginObject(name);
        WriteState(into, link);
        into.EndObject();
    }

    private static void WriteState(JsonWriter into, IUnitLink link)
    {
        CellularLink cellular = link as CellularLink;
        into.Field("state", cellular != null && cellular.IsWaiting ? Waiting : StateWord(link.State));
        Level(into, "rssiDbm", link.RssiDbm);
        Level(into, "snrCdb", link.SnrCdb);
    }

    private static void Level(JsonWriter into, string name, int value)
    {
        if (value == RadioLevel.Unknown || value == Fix.Unknown)
        {
            into.Field(name, (string)null);
            return;
        }

        into.Field(name, (long)value);
    }

    private static string StateWord(LinkState state)
    {
        switch (state)
        {
            case LinkState.Starting:
                return "starting";
            case LinkState.Ready:
                return "ready";
            case LinkState.Busy:
                return "busy";
            default:
                return "down";
        }
    }

    private static string FailureWord(UplinkFailure failure)
    {
        switch (failure)
        {
            case UplinkFailure.None:
                return null;
            case UplinkFailure.NotJoined:
                return "not-joined";
            case UplinkFailure.NotReached:
                return "not-reached";
            case UplinkFailure.Refused:
                return "refused";
            case UplinkFailure.SubscribeRefused:
                return "subscribe-refused";
            case UplinkFailure.SubscribeTimedOut:
            case UplinkFailure.PublishTimedOut:
                return "no-answer";
            case UplinkFailure.PublishFailed:
                return "publish-failed";
            case UplinkFailure.ConnectionLost:
                return "lost";
            default:
                return "client-failed";
        }
    }

    private void WriteWifi(JsonWriter into)
    {
        if (_links.Wifi == null && _links.WifiOff == null)
        {
            into.Field("wifi", (string)null);
            return;
        }

        into.BeginObject("wifi");
        if (_links.Wifi == null)
        {
            into.Field("state", "off");
            into.Field("rssiDbm", (string)null);
            into.Field("snrCdb", (string)null);
        }
        else
        {
            WriteState(into, _links.Wifi);
        }

        into.Field("failure", WifiFailure());
        into.EndObject();
    }
}
