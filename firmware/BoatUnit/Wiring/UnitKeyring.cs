using System;
using BoatTelemetry.BoatUnit.Security;
using BoatTelemetry.Core.Journal;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>
/// The unit's keys as ciphers: whoever seals or opens has the one in use, and the one before where it is still good. A
/// change of key by command goes through here to all of them.
/// </summary>
public sealed class UnitKeyring : IKeyUser
{
    private readonly UnitKeys _keys;
    private readonly NativeAesFactory _aes = new NativeAesFactory();
    private readonly byte[] _key = new byte[UnitKeys.KeyBytes];
    private IFrameCipher _previous;
    private DownlinkReceiver _downlinks;
    private TrackSketcher _sketcher;

    /// <param name="keys">Loaded.</param>
    public UnitKeyring(UnitKeys keys)
    {
        _keys = keys;
        InUse = new KeyedCipher(CurrentCipher());
        _previous = PreviousCipher();
    }

    /// <summary>The key in use, whichever that is.</summary>
    public KeyedCipher InUse { get; }

    /// <summary>The key before, or null.</summary>
    public IFrameCipher Previous => _previous;

    /// <summary>Who is told of changes.</summary>
    public void Tell(DownlinkReceiver downlinks, TrackSketcher sketcher)
    {
        _downlinks = downlinks;
        _sketcher = sketcher;
        Hand();
    }

    /// <inheritdoc/>
    public void KeysChanged()
    {
        InUse.Use(CurrentCipher());
        _previous = PreviousCipher();
        Hand();
    }

    private void Hand()
    {
        _downlinks.UseKeys(InUse, _previous);
        _sketcher.UseCiphers(InUse, _previous);
    }

    private AesCcm CurrentCipher()
    {
        _keys.CopyCurrent(_key);
        return CipherOf();
    }

    private AesCcm PreviousCipher()
    {
        if (!_keys.HasPrevious)
        {
            return null;
        }

        _keys.CopyPrevious(_key);
        return CipherOf();
    }

    private AesCcm CipherOf()
    {
        AesCcm cipher = new AesCcm(_aes.Create(_key));
        Array.Clear(_key, 0, _key.Length);
        return cipher;
    }
}
