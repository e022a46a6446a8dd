using BoatTelemetry.Core.Frames;

namespace BoatTelemetry.BoatCtl.Decode;

/// <summary>A part of a frame.</summary>
internal enum FramePart
{
    Header,
    Body,
    Tag,
}

/// <summary>A run of bits of a frame with what it says.</summary>
/// <param name="Part">Of the frame.</param>
/// <param name="Name">As in FRAME-SPEC.</param>
/// <param name="FromBit">From the frame's first bit on.</param>
/// <param name="Bits">How many.</param>
/// <param name="Raw">The code; null where there is none to show: what is sealed, and keys.</param>
/// <param name="Meaning">What it says, with its unit.</param>
internal sealed record ExplainedField(FramePart Part, string Name, int FromBit, int Bits, uint? Raw, string Meaning)
{
    /// <summary>Whether the sender said that it does not know.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>What is wrong with it; null if nothing is.</summary>
    public string? Problem { get; init; }

    /// <summary>The value's name in Core's reports, with its unit; null where there is none.</summary>
    public string? Report { get; init; }

    /// <summary>The value in that unit; null is unknown.</summary>
    public object? Value { get; init; }
}

/// <summary>A fix of a track block, or a vertex of a sketch. Degrees x 10^5, 0.1 kn, degrees; null is unknown.</summary>
internal sealed record ExplainedFix(long UtcS, int LatitudeE5, int LongitudeE5, int? SogDeciknots, int? CogDeg);

/// <summary>All that can be said of the bytes of a frame.</summary>
internal sealed record FrameExplanation(byte[] Frame)
{
    /// <summary>Null if the header could not be read so far.</summary>
    public FrameKind? Kind { get; init; }

    /// <summary>Null if the header could not be read so far.</summary>
    public int? Unit { get; init; }

    /// <summary>The whole counter; null of a live frame that was not opened.</summary>
    public uint? Counter { get; init; }

    public FrameRejection Rejection { get; init; }

    /// <summary>Where reading stopped and why; empty if it went to the end.</summary>
    public string Stopped { get; init; } = "";

    /// <summary>Whether a key opened it.</summary>
    public bool IsOpened { get; init; }

    public IReadOnlyList<ExplainedField> Fields { get; init; } = [];

    /// <summary>Of a track block or a sketch.</summary>
    public IReadOnlyList<ExplainedFix> Fixes { get; init; } = [];
}
