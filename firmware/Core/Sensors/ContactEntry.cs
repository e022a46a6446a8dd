using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Sensors;

/// <summary>What is being entered.</summary>
public enum ContactField
{
    None = 0,
    Code = 1,
    Persons = 2,
    Vessels = 3,
}

/// <summary>
/// A contact report entered with a rotary switch or two keys: code 1 to 63, then persons, then vessels; each may stay
/// unknown except the code. Confirming the last field sends. Nothing is sent by turning alone.
/// </summary>
public sealed class ContactEntry
{
    /// <summary>Left alone for so long, an entry is given up: nobody sends by accident what another began.</summary>
    public const int AbandonAfterMs = 30_000;

    private int _code;
    private int _persons;
    private int _vessels;
    private long _touchedAtMs;
    private bool _isDone;

    /// <summary>Entries sent, given up by time and given up by hand.</summary>
    public int ConfirmedCount;

    /// <inheritdoc cref="ConfirmedCount"/>
    public int AbandonedCount;

    /// <inheritdoc cref="ConfirmedCount"/>
    public int CancelledCount;

    /// <summary>What is being entered.</summary>
    public ContactField Field { get; private set; }

    /// <summary>The value of that field, for the lamp to show; 0 where there is none or it is unknown.</summary>
    public int Shown
    {
        get
        {
            int value = Field == ContactField.Code ? _code : Field == ContactField.Persons ? _persons : _vessels;
            return Field == ContactField.None || value == Fix.Unknown ? 0 : value;
        }
    }

    /// <summary>Turned by so many detents, or the up (+1) and down (-1) key. The first turn begins an entry at code 1.</summary>
    public void Turn(int detents, long nowMs)
    {
        if (detents == 0)
        {
            return;
        }

        _touchedAtMs = nowMs;
        switch (Field)
        {
            case ContactField.Code:
                _code = Wrap(_code + detents, 1, EventReport.CodeMax);
                break;
            case ContactField.Persons:
                _persons = TurnCount(_persons, detents, EventReport.PersonsMax);
                break;
            case ContactField.Vessels:
                _vessels = TurnCount(_vessels, detents, EventReport.VesselsMax);
                break;
            default:
                Field = ContactField.Code;
                _code = 1;
                _persons = Fix.Unknown;
                _vessels = Fix.Unknown;
                break;
        }
    }

    /// <summary>Confirms the field; after the last one the entry is ready to be taken.</summary>
    public void Confirm(long nowMs)
    {
        _touchedAtMs = nowMs;
        if (Field == ContactField.None)
        {
            return;
        }

        if (Field != ContactField.Vessels)
        {
            Field++;
            return;
        }

        Field = ContactField.None;
        _isDone = true;
        ConfirmedCount++;
    }

    /// <summary>Gives the entry up.</summary>
    public void Cancel()
    {
        if (Field != ContactField.None)
        {
            Field = ContactField.None;
            CancelledCount++;
        }
    }

    /// <summary>Gives up what was left alone.</summary>
    public void Poll(long nowMs)
    {
        if (Field != ContactField.None && nowMs - _touchedAtMs >= AbandonAfterMs)
        {
            Field = ContactField.None;
            AbandonedCount++;
        }
    }

    /// <summary>Takes a confirmed entry into an event: its kind, code, persons and vessels; the rest is the caller's.</summary>
    public bool TryTake(EventReport into)
    {
        if (!_isDone)
        {
            return false;
        }

        _isDone = false;
        into.Kind = EventKind.ContactSighted;
        into.Code = _code;
        into.Persons = _persons;
        into.Vessels = _vessels;
        return true;
    }

    // Below zero stands "unknown", which is where both counts begin.
    private static int TurnCount(int value, int detents, int highest)
    {
        int turned = Wrap((value == Fix.Unknown ? -1 : value) + detents, -1, highest);
        return turned < 0 ? Fix.Unknown : turned;
    }

    private static int Wrap(int value, int lowest, int highest)
    {
        int span = highest - lowest + 1;
        int offset = (value - lowest) % span;
        return lowest + (offset < 0 ? offset + span : offset);
    }
}
