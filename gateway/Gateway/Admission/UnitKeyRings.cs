using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Fleet;

namespace BoatTelemetry.Gateway.Admission;

/// <summary>A unit's keys: those of the fleet file, in the places that the journal's state gives them.</summary>
public static class UnitKeyRings
{
    /// <summary>
    /// The epoch of the key in use. The journal knows of changes that the file was not told yet; a file of a later epoch was written
    /// by someone who knew of a change that this journal has not seen.
    /// </summary>
    public static int EpochInUse(FleetUnit unit, UnitKeyState kept)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return Math.Max(unit.KeyEpoch, kept.Epoch);
    }

    /// <summary>
    /// The ring as of now. If the file does not have the key in use, nothing opens: an older key in its place would bring back
    /// whoever the change shut out.
    /// </summary>
    public static GatewayKeyRing Make(FleetUnit unit, UnitKeyState kept)
    {
        var epoch = EpochInUse(unit, kept);
        var retiredBelow = epoch == kept.Epoch ? kept.RetiredBelow : GatewayKeyRing.NotSeen;
        return new GatewayKeyRing(
            unit.CipherOf(epoch) ?? AbsentKey.Instance, unit.CipherOf(epoch + 1), unit.CipherOf(epoch - 1), retiredBelow);
    }

    /// <summary>Stands for a key that nobody has.</summary>
    private sealed class AbsentKey : IFrameCipher
    {
        public static AbsentKey Instance { get; } = new();

        public void Seal(
            byte[] nonce, byte[] associated, int associatedLength, byte[] frame, int textOffset, int textLength, int tagLength) =>
            throw new InvalidOperationException("The unit's key in use is not in the fleet file.");

        public bool Open(
            byte[] nonce,
            byte[] associated,
            int associatedLength,
            byte[] frame,
            int textOffset,
            int textLength,
            int tagLength,
            byte[] text) => false;
    }
}
