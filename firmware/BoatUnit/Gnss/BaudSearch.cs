namespace BoatTelemetry.BoatUnit.Gnss;

/// <summary>
/// Which rate to listen at, and for how long: the likely one first, then the others in the order in which receivers come
/// from their factories (u-blox to generation 8, MTK and CASIC at 9600, u-blox 9 and 10 at 38400, boards with a
/// maker's setup at 115200). Knows no port; it only counts.
/// </summary>
internal sealed class BaudSearch
{
    private static readonly int[] _rates = { 9_600, 38_400, 115_200, 4_800, 57_600, 19_200, 230_400 };

    private readonly int _dwellMs;
    private int _firstBps;
    private int _at;
    private long _sinceMs;

    public BaudSearch(int dwellMs)
    {
        _dwellMs = dwellMs;
    }

    /// <summary>Whether receivers are looked for at this rate.</summary>
    public static bool IsKnown(int baudBps)
    {
        for (int i = 0; i < _rates.Length; i++)
        {
            if (_rates[i] == baudBps)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The rate to listen at now.</summary>
    public int BaudBps
    {
        get { return _at < 0 ? _firstBps : _rates[_at]; }
    }

    /// <summary>Rounds through all rates that have ended since the start.</summary>
    public int Rounds { get; private set; }

    /// <summary>Begins with the likely rate.</summary>
    public void Start(int firstBps, long nowMs)
    {
        _firstBps = firstBps;
        _at = -1;
        Rounds = 0;
        _sinceMs = nowMs;
    }

    /// <summary>True if it is time for the next rate, which is <see cref="BaudBps"/> then.</summary>
    public bool TryNext(long nowMs)
    {
        if (nowMs - _sinceMs < _dwellMs)
        {
            return false;
        }

        _sinceMs = nowMs;
        do
        {
            _at++;
            if (_at == _rates.Length)
            {
                _at = -1;
                Rounds++;
            }
        }
        while (_at >= 0 && _rates[_at] == _firstBps);

        return true;
    }
}
