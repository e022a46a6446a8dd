using System.Net;
using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.Host.Unit;

/// <summary>What a unit is provisioned with.</summary>
/// <param name="Unit">Its number.</param>
/// <param name="KeyFile">Where its key is.</param>
/// <param name="StateDirectory">What stands for its flash.</param>
/// <param name="Area">The operating area, the same as the gateway's for this unit.</param>
/// <param name="Gateway">Where the concentrator that hears it forwards to.</param>
public sealed record UnitSettings(int Unit, string KeyFile, string StateDirectory, OperatingArea Area, IPEndPoint Gateway);
