using System.Runtime.InteropServices;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.Gateway.Downlink;

/// <summary>A command without an end, as a cluster's gateways share it.</summary>
/// <param name="Gateway">The index of the gateway that was asked.</param>
/// <param name="Id">Its number there.</param>
/// <param name="Unit">Whose it is.</param>
/// <param name="Kind">What is asked.</param>
/// <param name="Body">As it is on air, but for a key, which is never kept.</param>
/// <param name="QueuedUtcMs">When it was asked, milliseconds since 1970-01-01.</param>
/// <param name="ExpiryUtcMs">Until when it is worth sending, milliseconds since 1970-01-01.</param>
internal sealed record SharedCommand(int Gateway, long Id, int Unit, CommandKind Kind, byte[] Body, long QueuedUtcMs, long ExpiryUtcMs);

/// <summary>What one gateway has to tell the others of commands.</summary>
/// <param name="Version">Of the gateway's own commands; grows with each change of them.</param>
/// <param name="Own">Its own commands without an end.</param>
/// <param name="Counters">Downlink counters under which it sent commands, its own and others', that were not told.</param>
/// <param name="Results">Results that units told it.</param>
internal sealed record CommandNews(
    long Version,
    IReadOnlyList<SharedCommand> Own,
    IReadOnlyList<(int Gateway, long Id, uint Counter)> Counters,
    IReadOnlyList<(int Unit, uint Counter, CommandResult Result)> Results);

/// <content>
/// In a cluster: the gateway that was asked keeps a command and tells its end, and each that hears the unit sends it, under counters of its
/// own; the result may be heard by any of them.
/// </content>
public sealed partial class CommandQueue
{
    /// <summary>
    /// A result is told for so long: who sent the command tells its counter about a second later, and nobody knows the result before.
    /// </summary>
    internal const int ResultToldMs = 60_000;

    // Of each counter, since a unit that has changed its key may have told another command's a moment ago. What is older than the minute goes.
    private readonly Dictionary<(int Unit, uint Counter), (CommandResult Result, long HeardMs)> _resultsHeard = [];

    // The newest of each command, also of one that has ended since: the others know a result by it. No more than there are commands.
    private readonly Dictionary<(int? OfGateway, long Id), uint> _countersUntold = [];

    // Others' commands that have ended here, until the gateway that was asked has taken them away.
    private readonly HashSet<(int Gateway, long Id, long QueuedUtcMs)> _endedShared = [];
    private bool _isShared;
    private long _version;

    /// <summary>What is to be told; a gateway that asks shares its commands from then on.</summary>
    internal CommandNews News(int gateway)
    {
        lock (_lock)
        {
            var commands = _waiting.Values.SelectMany(static commands => commands).ToList();
            if (!_isShared)
                commands.FindAll(static command => command.Counters.Count > 0).ForEach(command => _countersUntold[(null, command.Id)] = command.Counters[^1]);
            _isShared = true;
            ForgetOldResults();
            return new CommandNews(
                _version,
                [.. commands.Where(static command => command.OfGateway is null).Select(command => ToShared(command, gateway))],
                [.. _countersUntold.Select(sent => (sent.Key.OfGateway ?? gateway, sent.Key.Id, sent.Value))],
                [.. _resultsHeard.Select(static heard => (heard.Key.Unit, heard.Key.Counter, heard.Value.Result))]);
        }
    }

    /// <summary>What was told, and what was learned.</summary>
    /// <param name="gateway">This gateway's index.</param>
    /// <param name="told">What the others know now.</param>
    /// <param name="others">All commands of other gateways that have no result and no end.</param>
    /// <param name="results">Results of this gateway's own commands, by their numbers.</param>
    internal void Learn(
        int gateway, CommandNews told, IReadOnlyCollection<SharedCommand> others, IEnumerable<(long Id, CommandResult Result)> results)
    {
        ArgumentNullException.ThrowIfNull(told);
        ArgumentNullException.ThrowIfNull(others);
        List<QueuedCommand> ended = [];
        lock (_lock)
        {
            var commands = _waiting.Values.SelectMany(static commands => commands).ToDictionary(command => (command.OfGateway ?? gateway, command.Id));
            foreach (var (owner, id, counter) in told.Counters)
            {
                (int?, long) key = (owner == gateway ? null : owner, id);
                if (_countersUntold.TryGetValue(key, out var newest) && newest == counter)
                    _countersUntold.Remove(key);
            }

            LearnOthers(commands, gateway, others);
            foreach (var (id, result) in results)
            {
                if (commands.TryGetValue((gateway, id), out var command) && EndOf(result) is var end and not CommandEnd.None && TryEnd(command, end))
                    ended.Add(command);
            }
        }

        ended.ForEach(Tell);
    }

    private static SharedCommand ToShared(QueuedCommand command, int gateway) =>
        new(gateway, command.Id, command.Unit, command.Kind, command.Body, command.QueuedUtcMs, command.ExpiryUtcMs);

    // Under the lock.
    private void LearnOthers(Dictionary<(int Gateway, long Id), QueuedCommand> commands, int gateway, IReadOnlyCollection<SharedCommand> others)
    {
        // A number comes again when a gateway has lost its store, with another time: what waits under it is another command.
        var there = others.Select(static command => (command.Gateway, command.Id, command.QueuedUtcMs)).ToHashSet();
        _endedShared.IntersectWith(there);
        foreach (var (key, command) in commands)
        {
            if (key.Gateway == gateway || there.Contains((key.Gateway, key.Id, command.QueuedUtcMs)))
                continue;
            Remove(command);
            commands.Remove(key);
            _countersUntold.Remove((key.Gateway, key.Id));
        }

        foreach (var command in others)
        {
            var key = (command.Gateway, command.Id);
            if (commands.ContainsKey(key) || _endedShared.Contains((command.Gateway, command.Id, command.QueuedUtcMs)))
                continue;
            Add(new QueuedCommand
            {
                Id = command.Id,
                OfGateway = command.Gateway,
                Unit = command.Unit,
                Kind = command.Kind,
                Body = command.Body,
                ExpiryUtcMs = command.ExpiryUtcMs,
                QueuedUtcMs = command.QueuedUtcMs,
            });

            // The same order at every gateway: a unit tells the result of its last command alone.
            var ofUnit = CollectionsMarshal.AsSpan(_waiting[command.Unit]);
            ofUnit.Sort(static (left, right) => (left.QueuedUtcMs, left.Id).CompareTo((right.QueuedUtcMs, right.Id)));
        }
    }

    private void Note(int unit, uint counter, CommandResult result)
    {
        lock (_lock)
        {
            if (_isShared)
                NoteShared(unit, counter, result);
        }
    }

    // Under the lock.
    private void NoteShared(int unit, uint counter, CommandResult result)
    {
        ForgetOldResults();
        _resultsHeard[(unit, counter)] = (result, _time.MonotonicMs());
    }

    private void ForgetOldResults()
    {
        var before = _time.MonotonicMs() - ResultToldMs;
        foreach (var (key, heard) in _resultsHeard)
        {
            if (heard.HeardMs < before)
                _resultsHeard.Remove(key);
        }
    }

    // Under the lock. A change of key is done when the unit is heard under the new one, which no status needs to tell the others.
    private bool TryEndShared(QueuedCommand command, CommandEnd end)
    {
        if (end == CommandEnd.Done && command.Counters.Count > 0 && !command.Counters.Exists(counter => _resultsHeard.ContainsKey((command.Unit, counter))))
            NoteShared(command.Unit, command.Counters[^1], CommandResult.Done);
        _endedShared.Add((command.OfGateway!.Value, command.Id, command.QueuedUtcMs));
        Remove(command);
        return true;
    }
}
