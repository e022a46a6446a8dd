using BoatTelemetry.Core.Frames;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;

namespace BoatTelemetry.BoatCtl.Decode;

/// <summary>What frames are opened with.</summary>
internal sealed class FrameKeys
{
    private readonly FleetRegistry? _fleet;
    private readonly IFrameCipher? _cipher;
    private readonly OperatingArea? _area;

    private FrameKeys(FleetRegistry? fleet, IFrameCipher? cipher, OperatingArea? area) => (_fleet, _cipher, _area) = (fleet, cipher, area);

    /// <summary>No key: the header alone is read.</summary>
    public static FrameKeys None { get; } = new(null, null, null);

    /// <summary>Whether there is any key at all.</summary>
    public bool HasKeys => _fleet is not null || _cipher is not null;

    /// <summary>One key, whatever the unit.</summary>
    public static FrameKeys Of(ReadOnlySpan<byte> key, OperatingArea? area) => new(null, new PlatformAesCcm(key), area);

    /// <summary>Those of a fleet.</summary>
    public static FrameKeys Of(FleetRegistry fleet, OperatingArea? area) => new(fleet, null, area);

    /// <summary>The key in a file of 32 hexadecimal digits; null if there is none, and what is wrong is told without it.</summary>
    public static FrameKeys? Load(string file, OperatingArea? area, List<ConfigurationError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        try
        {
            var digits = File.ReadAllText(file).Trim().Replace("-", "", StringComparison.Ordinal);
            var key = new byte[PlatformAesCcm.KeyBytes];
            if (digits.Length == key.Length * 2 && Convert.FromHexString(digits, key, out _, out _) == System.Buffers.OperationStatus.Done)
                return Of(key, area);
            errors.Add(new ConfigurationError(file, "", "(not shown)", $"{key.Length * 2} hexadecimal digits"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(new ConfigurationError(file, "", e.Message.TrimEnd('.'), "a file with a unit's key"));
        }

        return null;
    }

    /// <summary>Whether a unit may be among those that there are keys of.</summary>
    public bool Knows(int unit) => _fleet is null || _fleet.Find(unit) is not null;

    /// <summary>The ciphers to try for a unit: the key in use, the one behind it, the one before.</summary>
    public IReadOnlyList<IFrameCipher> CiphersOf(int unit)
    {
        if (_cipher is not null)
            return [_cipher];
        return _fleet?.Find(unit) is { } known ? [.. new[] { known.Cipher, known.Next, known.Previous }.OfType<IFrameCipher>()] : [];
    }

    /// <summary>The operating area of a unit: what was given, else the fleet's, else Indonesia.</summary>
    public OperatingArea AreaOf(int unit) =>
        _area ?? (_fleet?.Find(unit) is { } known ? _fleet.AreaOf(known) : _fleet?.Area ?? OperatingArea.Indonesia);
}
