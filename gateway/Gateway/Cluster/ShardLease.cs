namespace BoatTelemetry.Gateway.Cluster;

/// <summary>A shard that this gateway may publish for.</summary>
/// <param name="Shard">Units whose number modulo the number of shards is this.</param>
/// <param name="Token">Larger than that of every holder before: what a cursor is moved with.</param>
internal readonly record struct ShardLease(int Shard, long Token);

/// <summary>The shards that this gateway holds, as of one renewal. A change of the set or of a token is another object.</summary>
/// <param name="Leases">By shard.</param>
/// <param name="SeizedFrom">
/// Gateways that the newest of them were held by when they ended without a word, or were given up away from the broker: they may be paused, not
/// dead, or have messages under way.
/// </param>
internal sealed record ShardSet(IReadOnlyList<ShardLease> Leases, IReadOnlyList<string> SeizedFrom)
{
    public static ShardSet None { get; } = new([], []);

    public int[] Shards { get; } = [.. Leases.Select(lease => lease.Shard)];

    public long[] Tokens { get; } = [.. Leases.Select(lease => lease.Token)];
}
