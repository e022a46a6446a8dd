using System;
using BoatTelemetry.BoatUnit.Config;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.BoatUnit.Links;
using BoatTelemetry.Core.Gnss;
using BoatTelemetry.Core.Links;
using BoatTelemetry.Core.Reports;

namespace BoatTelemetry.BoatUnit.Wiring;

/// <summary>The links that the board has and the configuration wants; the dispatcher polls them, and nobody else.</summary>
public sealed class UnitLinks
{
    private const int LinksMax = 3;

    private readonly IUnitLink[] _made = new IUnitLink[LinksMax];
    private int _count;

    /// <summary>LoRa's ledger, or null.</summary>
    public AirtimeBudget Budget { get; private set; }

    /// <summary>Each is null where it is not used.</summary>
    public LoRaLink LoRa { get; private set; }

    /// <inheritdoc cref="LoRa"/>
    public CellularLink Cellular { get; private set; }

    /// <inheritdoc cref="LoRa"/>
    public WifiLink Wifi { get; private set; }

    /// <summary>What the modem shares with the console; null where it is not used.</summary>
    public ModemPort ModemPort { get; private set; }

    /// <summary>Why there is no link over Wi-Fi although it is configured: no-key, safe-mode, no-certificate; else null.</summary>
    public string WifiOff { get; set; }

    /// <summary>
    /// Makes the LoRa link; the ledger goes on where the run before left it. It may only listen where the configuration is
    /// lost: that says nothing of the region, and the default is another country's.
    /// </summary>
    public void AddLoRa(UnitHardware hardware, UnitPlatform platform, UnitConfig config, bool mayTransmit, uint seed)
    {
        IRadio radio = config.Flag(ConfigKeys.LoraEnabled) ? hardware.Radio(platform.Clock, platform.Pause) : null;
        if (radio == null)
        {
            return;
        }

        Budget = new AirtimeBudget(
            mayTransmit ? UnitOptions.Region(config) : Regions.Find(Regions.ReceiveOnly),
            platform.Storage.Airtime,
            0,
            platform.Storage.Airtime.BlockCount,
            UnitOptions.Airtime(config));
        Budget.Start(platform.Clock.MonotonicMs);
        LoRa = new LoRaLink(radio, Budget, UnitOptions.LoRa(config), seed);
        Add(LoRa);
    }

    /// <summary>Makes the link over the modem.</summary>
    public void AddCellular(UnitHardware hardware, UnitConfig config, SecretStore secrets, INetworkTime time, int seed, long nowMs)
    {
        if (!config.Flag(ConfigKeys.CellularEnabled))
        {
            return;
        }

        ModemOptions options = UnitOptions.Modem(config, secrets, seed);
        ModemPort = hardware.ModemPort(options, nowMs);
        if (ModemPort != null)
        {
            Cellular = hardware.Cellular(ModemPort, UnitOptions.Dialect(config), options, time);
            Add(Cellular);
        }
    }

    /// <summary>Makes the link over Wi-Fi and starts its thread.</summary>
    public void AddWifi(UnitConfig config, SecretStore secrets, byte[] authority, int seed)
    {
        if (config.Flag(ConfigKeys.WifiEnabled))
        {
            MqttOptions options = UnitOptions.Mqtt(config, secrets, seed);
            options.CaCertificate = authority;
            Wifi = new WifiLink(options, new MqttClientFactory(options), new WifiStation(options));
            Wifi.Uplink.Start();
            Add(Wifi);
        }
    }

    /// <summary>Those that are used, in a new array.</summary>
    public IUnitLink[] All()
    {
        IUnitLink[] all = new IUnitLink[_count];
        Array.Copy(_made, 0, all, 0, _count);
        return all;
    }

    /// <summary>What does not work of them.</summary>
    public UnitFaults Faults()
    {
        UnitFaults faults = UnitFaults.None;
        if (LoRa != null && LoRa.State == LinkState.Down)
        {
            faults |= UnitFaults.Radio;
        }

        if (Cellular != null && Cellular.State == LinkState.Down)
        {
            faults |= UnitFaults.Modem;
        }

        return faults;
    }

    /// <summary>Writes what LoRa knows into the unit's state.</summary>
    public void Tell(UnitState state, long nowMs)
    {
        if (LoRa != null)
        {
            state.RssiDbm = LoRa.RssiDbm == RadioLevel.Unknown ? Fix.Unknown : LoRa.RssiDbm;
            state.SnrCdb = LoRa.SnrCdb == RadioLevel.Unknown ? Fix.Unknown : LoRa.SnrCdb;
            state.AirtimePermille = Budget.UsedPermille(nowMs);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Stop(int timeoutMs)
    {
        if (Wifi != null)
        {
            Wifi.Uplink.Stop(timeoutMs);
        }
    }

    private void Add(IUnitLink link)
    {
        _made[_count] = link;
        _count++;
    }
}
