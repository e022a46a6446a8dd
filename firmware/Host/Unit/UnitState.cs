namespace BoatTelemetry.Host.Unit;

/// <summary>
/// The folder that stands for a unit's flash, held by one process at a time: two of them would use the same numbers.
/// </summary>
public sealed class UnitState : IDisposable
{
    private readonly FileStream _lock;

    /// <exception cref="HostException">The folder cannot be made, or another process holds it.</exception>
    public UnitState(string directory, int unit)
    {
        try
        {
            Directory.CreateDirectory(directory);
            _lock = new FileStream(
                Path.Combine(directory, $"unit-{unit}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException(
                $"The state of unit {unit} in {directory} cannot be held, perhaps because it runs already: {e.Message}", e);
        }

        LiveCounter = new FileCounterStore(Path.Combine(directory, $"unit-{unit}.live-counter"));
    }

    /// <summary>The reservation of the live counter.</summary>
    public FileCounterStore LiveCounter { get; }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
