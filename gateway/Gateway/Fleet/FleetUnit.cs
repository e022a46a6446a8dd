using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Gateway.Fleet;

/// <summary>A registered boat unit.</summary>
/// <param name="Unit">Its number, 0 to 16,383.</param>
/// <param name="Agency">Whose it is, as a level of a topic.</param>
/// <param name="Name">The boat's name, for people.</param>
/// <param name="Cipher">The cipher under its key. The key itself is kept nowhere else and printed nowhere.</param>
public sealed record FleetUnit(int Unit, string Agency, string Name, IFrameCipher Cipher);
