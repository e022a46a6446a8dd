using System.Globalization;
using System.Text.Json;

namespace BoatTelemetry.Demo;

/// <summary>What a subscriber of the cluster got: each message by its id, and of each unit the order of its live positions.</summary>
internal sealed class ClusterTally
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<int, long> _newest = [];
    private readonly HashSet<int> _sinceMark = [];
    private int _durable;
    private int _repeats;
    private int _outOfOrder;
    private int _receptionsMax;

    /// <summary>Takes a message.</summary>
    public void Take(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            if (json.RootElement.TryGetProperty("id", out var id) && json.RootElement.TryGetProperty("unit", out var unit))
                Take(json.RootElement, id.GetString()!, unit.GetInt32());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // A message of another kind: it carries no frame.
        }
    }

    /// <summary>From now on is counted which units are heard.</summary>
    public void Mark()
    {
        lock (_lock)
            _sinceMark.Clear();
    }

    public string Summary()
    {
        lock (_lock)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{_ids.Count} messages of {_newest.Count} boats, {_durable} of them durable; {_repeats} came again with the same id; {_outOfOrder} positions out of order; up to {_receptionsMax} receptions of one frame");
        }
    }

    /// <exception cref="DemoException">It is not as promised.</exception>
    public void Check(bool isWhole, IEnumerable<int> units)
    {
        lock (_lock)
        {
            if (_outOfOrder > 0)
                throw new DemoException($"{_outOfOrder} positions came behind newer ones of their boats");
            var missed = units.Where(unit => !_sinceMark.Contains(unit)).ToList();
            if (isWhole && missed.Count > 0)
                throw new DemoException($"nothing came of boat {string.Join(", ", missed)} after the gateway was killed");
        }
    }

    private void Take(JsonElement message, string id, int unit)
    {
        lock (_lock)
        {
            if (!_ids.Add(id))
            {
                _repeats++;
                return;
            }

            _sinceMark.Add(unit);
            if (message.TryGetProperty("receptions", out var receptions))
                _receptionsMax = Math.Max(_receptionsMax, receptions.GetArrayLength());
            if (!id.Contains("-live-", StringComparison.Ordinal))
            {
                _durable++;
                return;
            }

            var counter = message.GetProperty("counter").GetInt64();
            if (counter < _newest.GetValueOrDefault(unit, -1))
                _outOfOrder++;
            _newest[unit] = counter;
        }
    }
}
