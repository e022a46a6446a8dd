using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.BoatCtl.Decode;

/// <summary>How the twenty bits of a live frame's counter that are not on air are looked for.</summary>
/// <param name="Near">A live counter that the unit had about then: only those around it are tried. Null for all.</param>
/// <param name="Long">Told once for each frame whose search takes its time, with its unit.</param>
internal sealed record LiveSearch(uint? Near, Action<int> Long)
{
    /// <summary>Times round of the bits on air that are tried before a known counter; around one that was given, as many behind it.</summary>
    public const long CyclesBefore = 16;

    /// <summary>How far from <see cref="Near"/> a counter may be.</summary>
    public const long NearReach = CyclesBefore << FrameHeader.LiveCounterBits;

    /// <summary>All, silently.</summary>
    public static LiveSearch All { get; } = new(null, _ => { });
}
