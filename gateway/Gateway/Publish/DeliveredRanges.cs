using BoatTelemetry.Gateway.Journal;

namespace BoatTelemetry.Gateway.Publish;

/// <summary>
/// What an outlet has delivered of the journal: everything up to <see cref="Low"/>, and ranges above it. A connection
/// delivers what is committed from its beginning on at once, as a range of its own, and catches the gaps below it up beside.
/// Kept in the outlet's cursor and in notes of the journal, in such an order that any mixture of old and new ones, which a crash may
/// leave, claims only what was delivered: something may come twice, nothing is skipped. One thread.
/// </summary>
/// <remarks>
/// A range is the notes <c>{outlet}.from{i}</c> and <c>{outlet}.to{i}</c>. Its end is saved only after its beginning is known to be
/// committed. The cursor alone, at <see cref="Low"/>, tells the journal what it may delete.
/// </remarks>
internal sealed class DeliveredRanges
{
    /// <summary>Named limit: ranges above <see cref="Low"/>. With one more the shortest is forgotten and delivered again.</summary>
    public const int RangesMax = 4;

    private const long NotKnown = -1;

    private readonly IJournal _journal;
    private readonly string _outlet;
    private readonly Place[] _places;

    // Ascending and apart; the last one is that of the connection, if _isLiveApart.
    private readonly List<Place> _ranges = [];
    private bool _isLiveApart;
    private long _savedLow;

    public DeliveredRanges(IJournal journal, string outlet)
    {
        _journal = journal;
        _outlet = outlet;
        _savedLow = Low = journal.LoadCursor(outlet);
        _places = [.. Enumerable.Range(1, RangesMax).Select(i => new Place($"{outlet}.from{i}", $"{outlet}.to{i}"))];
        foreach (var place in _places)
        {
            place.SavedFrom = place.From = journal.LoadNote(place.FromNote, NoteOfSeveral.Largest);
            place.SavedTo = place.To = journal.LoadNote(place.ToNote, NoteOfSeveral.Smallest);
        }

        _ranges.AddRange(_places.Where(place => place.To > place.From && place.To > Low).OrderBy(place => place.From));

        // Of several notes only one was learned: the next range here may begin with the very number, and others of them lie below it.
        foreach (var place in _places.Except(_ranges))
            place.SavedFrom = NotKnown;
        Join();
    }

    /// <summary>Everything up to this number was delivered.</summary>
    public long Low { get; private set; }

    /// <summary>The largest number that was delivered, as far as this is known.</summary>
    public long High => _ranges.Count > 0 ? _ranges[^1].To : Low;

    /// <summary>Whether anything committed before the connection is left to deliver.</summary>
    public bool HasGap => _ranges.Count > 0;

    /// <summary>The end of the lowest gap, which begins after <see cref="Low"/>; only while there is one.</summary>
    public long GapTo => _ranges[0].From;

    /// <summary>How many numbers lie in gaps.</summary>
    public long GapNumbers
    {
        get
        {
            var count = 0L;
            var below = Low;
            foreach (var range in _ranges)
            {
                count += range.From - below;
                below = range.To;
            }

            return count;
        }
    }

    /// <summary>A connection begins: what is larger than <paramref name="committed"/> is delivered at once.</summary>
    public void BeginLive(long committed)
    {
        // Nothing was delivered of a range that is still empty: it goes, and its numbers with it into the gap.
        _ranges.RemoveAll(static range => range.To == range.From);
        _isLiveApart = committed > High;
        if (!_isLiveApart)
        {
            _isLiveApart = _ranges.Count > 0;
            return;
        }

        if (_ranges.Count == RangesMax)
            _ranges.Remove(_ranges.MinBy(static range => range.To - range.From)!);
        var place = _places.First(place => !_ranges.Contains(place));
        place.From = place.To = committed;
        _ranges.Add(place);
    }

    /// <summary>Everything from the connection's beginning up to this number was delivered.</summary>
    public void LiveDelivered(long id)
    {
        if (_isLiveApart)
            _ranges[^1].To = id;
        else
            Low = id;
    }

    /// <summary>Everything of the lowest gap up to this number was delivered.</summary>
    public void GapDelivered(long id)
    {
        Low = id;
        Join();
    }

    /// <summary>
    /// The other side has forgotten what is larger than this number: it is to be delivered again. Between connections only; counts once
    /// the journal has committed it, so a flush has to follow.
    /// </summary>
    public void Forget(long above)
    {
        Low = Math.Min(Low, above);
        foreach (var place in _places)
        {
            place.From = Math.Min(place.From, above);
            place.To = Math.Min(place.To, above);
            place.Flushed = null;

            // The end first: with it at or below the beginning the place claims nothing, whatever else a crash leaves.
            SaveTo(place);
            SaveFrom(place);
        }

        _ranges.RemoveAll(static range => range.To <= range.From);
        _isLiveApart = false;
        Join();
        if (Low != _savedLow)
            _journal.SaveCursor(_outlet, _savedLow = Low);
    }

    /// <summary>Has the journal keep it.</summary>
    public void Save()
    {
        if (Low != _savedLow)
            _journal.SaveCursor(_outlet, _savedLow = Low);
        foreach (var range in _ranges)
            Save(range);
    }

    private void Save(Place range)
    {
        if (range.SavedFrom != range.From)
        {
            SaveFrom(range);
            range.Flushed = _journal.FlushAsync(CancellationToken.None);
        }

        // A journal that has ended keeps nothing any more, and so not this either.
        if (range.Flushed is null or { IsCompletedSuccessfully: true })
            SaveTo(range);
    }

    private void SaveFrom(Place place)
    {
        if (place.SavedFrom != place.From)
            _journal.SaveNote(place.FromNote, place.SavedFrom = place.From);
    }

    private void SaveTo(Place place)
    {
        if (place.SavedTo != place.To)
            _journal.SaveNote(place.ToNote, place.SavedTo = place.To);
    }

    // Ranges that begin at or below what is delivered become part of it.
    private void Join()
    {
        while (_ranges.Count > 0 && _ranges[0].From <= Low)
        {
            Low = Math.Max(Low, _ranges[0].To);
            _ranges.RemoveAt(0);
        }

        _isLiveApart &= _ranges.Count > 0;
    }

    private sealed class Place(string fromNote, string toNote)
    {
        public string FromNote { get; } = fromNote;

        public string ToNote { get; } = toNote;

        public long From { get; set; }

        public long To { get; set; }

        public long SavedFrom { get; set; }

        public long SavedTo { get; set; }

        /// <summary>Completes when <see cref="SavedFrom"/> is committed; null if it needs no waiting for.</summary>
        public Task? Flushed { get; set; }
    }
}
