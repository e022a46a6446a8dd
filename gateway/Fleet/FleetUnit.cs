using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>A registered boat unit.</summary>
/// <param name="Unit">Its number, 0 to 16,383.</param>
/// <param name="Agency">Whose it is, as a level of a topic.</param>
/// <param name="Name">The boat's name, for people.</param>
/// <param name="Cipher">
/// The cipher under its key of <paramref name="KeyEpoch"/>. The key itself is kept nowhere else and printed nowhere.
/// </param>
/// <param name="KeyEpoch">How many changes of key were complete when that key was the one in use.</param>
public sealed record FleetUnit(int Unit, string Agency, string Name, IFrameCipher Cipher, int KeyEpoch = 0)
{
    /// <summary>The cipher under the key behind, which the unit is to change to; null if there is none.</summary>
    public IFrameCipher? Next { get; init; }

    /// <summary>
    /// The key behind itself, for the command that tells it to the unit; null if there is none. Never printed.
    /// </summary>
    internal UnitKey? NextKey { get; init; }

    /// <summary>The cipher under the key before, for what was sealed before the change; null if there is none.</summary>
    public IFrameCipher? Previous { get; init; }

    /// <summary>The operating area that it is provisioned with; null for the fleet's: see <see cref="FleetRegistry.AreaOf"/>.</summary>
    public OperatingArea? Area { get; init; }

    /// <summary>The cipher under the key of an epoch, or null if the fleet file has no such key.</summary>
    public IFrameCipher? CipherOf(int epoch) => (epoch - KeyEpoch) switch
    {
        0 => Cipher,
        1 => Next,
        -1 => Previous,
        _ => null,
    };
}
