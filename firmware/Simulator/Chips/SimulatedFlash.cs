using BoatTelemetry.Core.Journal;

namespace BoatTelemetry.Simulator.Chips;

/// <summary>What an operation leaves behind when the power fails in it.</summary>
public enum TornWrite
{
    /// <summary>The bytes before the cut are done, the others are as before.</summary>
    Prefix = 0,

    /// <summary>
    /// Behind the cut stands chance: of a program any subset of the bits that it was to clear, of an erase any bits.
    /// </summary>
    Scrambled,

    /// <summary>As <see cref="Scrambled"/>, and those bits read differently after each start.</summary>
    Unstable,
}

/// <summary>What is broken in an erase block.</summary>
public enum BlockFault
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Programs and erases fail and change nothing; reading works.</summary>
    Unwritable,

    /// <summary>Every operation fails.</summary>
    Dead,
}

/// <summary>The simulated power failed. Nothing but <see cref="SimulatedFlash.PowerOn"/> works until power is back.</summary>
public sealed class PowerCutException : Exception
{
    public PowerCutException()
        : base("The simulated power failed.")
    {
    }

    public PowerCutException(string message)
        : base(message)
    {
    }

    public PowerCutException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// A NOR flash in memory that keeps <see cref="IFlash"/>'s contract and no more than it: programming only clears bits
/// (setting one is misuse and throws), power fails at a chosen byte of a chosen operation, cells decay, blocks die,
/// reads fail, and each block counts its erases.
/// </summary>
/// <remarks>
/// With <c>cached</c>, programs and erases reach the cells only in <see cref="Sync"/>, as on a flash behind a file
/// system; what was not synchronised is lost with the power. Without, each reaches them at once. The contract allows
/// both, so users are tested on both.
/// </remarks>
public sealed class SimulatedFlash : IFlash
{
    private const byte Erased = 0xFF;

    private readonly byte[] _cells;

    // What reads see; the cells themselves unless operations wait for Sync.
    private readonly byte[] _view;

    // Bits between their states, by address.
    private readonly Dictionary<int, byte> _unstable = [];
    private readonly List<(int Address, byte[]? Data)> _waiting = [];
    private readonly BlockFault[] _faults;
    private readonly int[] _readsToFail;
    private readonly int[] _erases;
    private readonly bool _cached;

    private Random _chance = new(0);
    private TornWrite _torn;
    private int _cutOperation = -1;
    private int _cutByte;
    private bool _off;
    private bool _pausesReadFailures;
    private int _syncsToPass;
    private int _syncsToFail;
    private int _blockNotSynced;

    /// <param name="programBytes">The unit of programming.</param>
    /// <param name="eraseBlockBytes">Bytes of an erase block, a multiple of it.</param>
    /// <param name="blockCount">Erase blocks.</param>
    /// <param name="cached">Whether operations wait for <see cref="Sync"/>.</param>
    public SimulatedFlash(int programBytes, int eraseBlockBytes, int blockCount, bool cached = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(programBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(eraseBlockBytes, programBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(eraseBlockBytes % programBytes, 0, nameof(eraseBlockBytes));
        ArgumentOutOfRangeException.ThrowIfLessThan(blockCount, 1);
        ProgramBytes = programBytes;
        EraseBlockBytes = eraseBlockBytes;
        BlockCount = blockCount;
        _cached = cached;
        _cells = new byte[eraseBlockBytes * blockCount];
        Array.Fill(_cells, Erased);
        _view = cached ? (byte[])_cells.Clone() : _cells;
        _faults = new BlockFault[blockCount];
        _readsToFail = new int[blockCount];
        _erases = new int[blockCount];
    }

    /// <inheritdoc/>
    public int ProgramBytes { get; }

    /// <inheritdoc/>
    public int EraseBlockBytes { get; }

    /// <inheritdoc/>
    public int BlockCount { get; }

    /// <summary>Programs and erases that reached the cells since the last <see cref="PowerOn"/>.</summary>
    public int Operations { get; private set; }

    /// <summary>Where the length of each of these is noted, bytes, if anywhere.</summary>
    public IList<int>? OperationBytes { get; set; }

    /// <summary>How often a block was erased, cut-off erases included: its wear.</summary>
    public int Erases(int block) => _erases[block];

    /// <summary>
    /// The power will fail in the operation of this number since <see cref="PowerOn"/> (0 is the first), when
    /// <paramref name="bytes"/> of it are done; 0 is just before it, its length just behind it.
    /// </summary>
    public void CutPowerIn(int operation, int bytes, TornWrite torn, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(operation);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        _cutOperation = operation;
        _cutByte = bytes;
        _torn = torn;
        _chance = new Random(seed);
    }

    /// <summary>Power is back, with no cut planned. Unstable bits take new values.</summary>
    public void PowerOn()
    {
        _off = false;
        _cutOperation = -1;
        Operations = 0;
        _syncsToFail = 0;
        _waiting.Clear();
        foreach (var (address, mask) in _unstable)
            _cells[address] = (byte)((_cells[address] & ~mask) | (_chance.Next(256) & mask));
        if (_cached)
            _cells.CopyTo(_view, 0);
    }

    /// <summary>A bit decays, or a cosmic ray turns it.</summary>
    public void FlipBit(int block, int offset, int bit)
    {
        _cells[Address(block, offset, 1)] ^= (byte)(1 << bit);
        if (_cached)
            _view[Address(block, offset, 1)] ^= (byte)(1 << bit);
    }

    /// <summary>Breaks a block, or mends it.</summary>
    public void SetFault(int block, BlockFault fault) => _faults[block] = fault;

    /// <summary>The next reads of a block fail, so many of them.</summary>
    public void FailReads(int block, int count) => _readsToFail[block] = count;

    /// <summary>
    /// Behind so many more Syncs the next ones fail, so many of them: of what waits, that of one block does not reach the cells
    /// and waits on, as where one file of a file system cannot be closed. The failures end with the power.
    /// </summary>
    public void FailSyncs(int after, int count, int block)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        _syncsToPass = after;
        _syncsToFail = count;
        _blockNotSynced = block;
    }

    /// <summary>
    /// Until the result is disposed of, reads do not fail for <see cref="FailReads"/>, and do not count for it: whoever watches
    /// a user of the flash sees what it holds and takes no failure from the user. Dead blocks stay dead.
    /// </summary>
    public Pause PauseReadFailures() => new(this);

    /// <summary>Becomes another flash of the same geometry: its cells, unstable bits, faults and wear; power on.</summary>
    public void CopyFrom(SimulatedFlash other)
    {
        ArgumentNullException.ThrowIfNull(other);
        other._cells.CopyTo(_cells, 0);
        other._faults.CopyTo(_faults, 0);
        other._readsToFail.CopyTo(_readsToFail, 0);
        other._erases.CopyTo(_erases, 0);
        _unstable.Clear();
        foreach (var (address, mask) in other._unstable)
            _unstable.Add(address, mask);
        PowerOn();
    }

    /// <inheritdoc/>
    public FlashResult Read(int block, int offset, byte[] buffer, int bufferOffset, int length)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ThrowIfOff();
        var address = Address(block, offset, length);
        if (_faults[block] == BlockFault.Dead)
            return FlashResult.ReadFailed;
        if (_readsToFail[block] > 0 && !_pausesReadFailures)
        {
            _readsToFail[block]--;
            return FlashResult.ReadFailed;
        }

        Array.Copy(_view, address, buffer, bufferOffset, length);
        return FlashResult.Done;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A bit that is zero would have to become one.</exception>
    public FlashResult Program(int block, int offset, byte[] buffer, int bufferOffset, int length)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ThrowIfOff();
        var address = Address(block, offset, length);
        if (offset % ProgramBytes != 0 || length % ProgramBytes != 0)
            throw new ArgumentException($"Programs are whole units of {ProgramBytes} bytes.", nameof(length));
        if (_faults[block] != BlockFault.None)
            return FlashResult.ProgramFailed;
        for (var i = 0; i < length; i++)
        {
            if ((buffer[bufferOffset + i] & ~_view[address + i]) != 0)
                throw new InvalidOperationException($"Block {block}, byte {offset + i}: programming cannot set a bit.");
        }

        if (!_cached)
        {
            ProgramCells(address, buffer.AsSpan(bufferOffset, length));
            return FlashResult.Done;
        }

        _waiting.Add((address, buffer.AsSpan(bufferOffset, length).ToArray()));
        buffer.AsSpan(bufferOffset, length).CopyTo(_view.AsSpan(address));
        return FlashResult.Done;
    }

    /// <inheritdoc/>
    public FlashResult EraseBlock(int block)
    {
        ThrowIfOff();
        var address = Address(block, 0, EraseBlockBytes);
        if (_faults[block] != BlockFault.None)
            return FlashResult.EraseFailed;
        if (!_cached)
        {
            EraseCells(address);
            return FlashResult.Done;
        }

        _waiting.Add((address, null));
        _view.AsSpan(address, EraseBlockBytes).Fill(Erased);
        return FlashResult.Done;
    }

    /// <inheritdoc/>
    public FlashResult Sync()
    {
        ThrowIfOff();
        var fails = TakeSyncFailure();
        foreach (var (address, data) in _waiting)
        {
            if (fails && IsNotSynced(address))
                continue;
            if (data is null)
                EraseCells(address);
            else
                ProgramCells(address, data);
        }

        if (!fails)
        {
            _waiting.Clear();
            return FlashResult.Done;
        }

        _waiting.RemoveAll(waiting => !IsNotSynced(waiting.Address));
        return FlashResult.SyncFailed;
    }

    private bool IsNotSynced(int address) => address / EraseBlockBytes == _blockNotSynced;

    private bool TakeSyncFailure()
    {
        if (_syncsToFail == 0)
            return false;
        if (_syncsToPass > 0)
        {
            _syncsToPass--;
            return false;
        }

        _syncsToFail--;
        return true;
    }

    private void ProgramCells(int address, ReadOnlySpan<byte> data)
    {
        var (done, cut) = Begin(data.Length);
        for (var i = 0; i < done; i++)
        {
            _cells[address + i] &= data[i];
            if (_unstable.Count > 0 && _unstable.TryGetValue(address + i, out var mask))
                SetUnstable(address + i, (byte)(mask & data[i]));
        }

        if (!cut)
            return;
        for (var i = done; _torn != TornWrite.Prefix && i < data.Length; i++)
        {
            var clearing = (byte)(_cells[address + i] & ~data[i]);
            _cells[address + i] &= (byte)~(clearing & _chance.Next(256));
            if (_torn == TornWrite.Unstable)
                SetUnstable(address + i, (byte)(clearing | _unstable.GetValueOrDefault(address + i)));
        }

        throw new PowerCutException();
    }

    private void EraseCells(int address)
    {
        var (done, cut) = Begin(EraseBlockBytes);
        _erases[address / EraseBlockBytes]++;
        _cells.AsSpan(address, done).Fill(Erased);
        for (var i = 0; _unstable.Count > 0 && i < done; i++)
            _unstable.Remove(address + i);
        if (!cut)
            return;
        for (var i = done; _torn != TornWrite.Prefix && i < EraseBlockBytes; i++)
        {
            _cells[address + i] = (byte)_chance.Next(256);
            if (_torn == TornWrite.Unstable)
                SetUnstable(address + i, Erased);
        }

        throw new PowerCutException();
    }

    // How much of an operation gets done, and whether the power fails behind that.
    private (int Done, bool Cut) Begin(int length)
    {
        OperationBytes?.Add(length);
        if (Operations++ != _cutOperation)
            return (length, false);
        _off = true;
        return (Math.Min(_cutByte, length), true);
    }

    private void SetUnstable(int address, byte mask)
    {
        if (mask == 0)
            _unstable.Remove(address);
        else
            _unstable[address] = mask;
    }

    private int Address(int block, int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(block);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(block, BlockCount);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, EraseBlockBytes - offset);
        return (block * EraseBlockBytes) + offset;
    }

    private void ThrowIfOff()
    {
        if (_off)
            throw new PowerCutException();
    }

    /// <summary>See <see cref="PauseReadFailures"/>.</summary>
    public sealed class Pause : IDisposable
    {
        private readonly SimulatedFlash _flash;
        private readonly bool _before;

        internal Pause(SimulatedFlash flash)
        {
            _flash = flash;
            _before = flash._pausesReadFailures;
            flash._pausesReadFailures = true;
        }

        /// <inheritdoc/>
        public void Dispose() => _flash._pausesReadFailures = _before;
    }
}
