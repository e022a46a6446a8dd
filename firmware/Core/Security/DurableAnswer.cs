using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Core.Security;

/// <summary>
/// What the shore answers to durable frames of one unit, once they are committed: the window's base and bitmap, and, for
/// frames of which these cannot speak, the selective bitmap. So every frame that has come is acknowledged, however far it is
/// from the base: newest first over LoRa, or behind numbers that will never come.
/// </summary>
/// <remarks>
/// <para>To be used so: <see cref="Add"/> for each frame of the commit, a duplicate too; mark each in the
/// <see cref="DurableWindow"/>; then <see cref="TryNext"/> and send, until it says no or the link has had enough (LoRa: one
/// frame, a network: all). What then is not said, <see cref="Clear"/> forgets, and the unit sends it again.</para>
/// <para>One thread; nothing is allocated after construction. Made for a commit and not for a unit, so there need be only
/// one.</para>
/// </remarks>
public sealed class DurableAnswer
{
    /// <summary>Counters that one answer can be about. More than any link of a unit has under way.</summary>
    public const int CountersMax = 64;

    private const uint HighestBit = 1u << (Acknowledgement.BitmapBits - 1);

    private readonly uint[] _counters = new uint[CountersMax];
    private bool _saidBase;

    /// <summary>Counters that wait to be told, the lowest first.</summary>
    public int Count { get; private set; }

    /// <summary>Counters for which there was no room: their frames will be sent again.</summary>
    public int Refused { get; private set; }

    /// <summary>A frame is committed. False if there is no room.</summary>
    public bool Add(uint counter)
    {
        int at = 0;
        while (at < Count && _counters[at] < counter)
        {
            at++;
        }

        if (at < Count && _counters[at] == counter)
        {
            return true;
        }

        if (Count == CountersMax)
        {
            Refused++;
            return false;
        }

        for (int i = Count; i > at; i--)
        {
            _counters[i] = _counters[i - 1];
        }

        _counters[at] = counter;
        Count++;
        return true;
    }

    /// <summary>
    /// The next acknowledgement to be sent; the first one always, the others while frames have not been told.
    /// </summary>
    /// <param name="window">The unit's window, in which the frames are marked.</param>
    /// <param name="committed">
    /// The store, or null. With it a bitmap tells of its 32 counters all that have come, so that what an acknowledgement that
    /// was lost has told is told again by the next one.
    /// </param>
    /// <param name="said">Filled.</param>
    public bool TryNext(DurableWindow window, ICommittedCounters committed, Acknowledgement said)
    {
        said.Clear();
        said.BaseCounter = window.Base;
        said.Bitmap = window.Bitmap;
        Forget(said);
        if (Count == 0)
        {
            bool first = !_saidBase;
            _saidBase = true;
            return first;
        }

        _saidBase = true;
        said.SelectiveFirst = _counters[0];
        said.SelectiveBitmap = Selective(said.SelectiveFirst, committed);
        Forget(said);
        return true;
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        Count = 0;
        _saidBase = false;
    }

    private uint Selective(uint first, ICommittedCounters committed)
    {
        uint bits = 0;
        int at = 0;
        for (int i = 0; i < Acknowledgement.BitmapBits && first <= uint.MaxValue - (uint)i; i++)
        {
            uint counter = first + (uint)i;
            bool isNew = at < Count && _counters[at] == counter;
            at += isNew ? 1 : 0;
            if (isNew || (committed != null && committed.IsCommitted(counter)))
            {
                bits |= HighestBit >> i;
            }
        }

        return bits;
    }

    private void Forget(Acknowledgement said)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (!said.Covers(_counters[i]))
            {
                _counters[kept] = _counters[i];
                kept++;
            }
        }

        Count = kept;
    }
}
