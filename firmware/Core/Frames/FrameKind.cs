namespace BoatTelemetry.Core.Frames;

/// <summary>What a frame is; four bits of its header. Zero is never used, so that a run of zeros is no frame.</summary>
public enum FrameKind
{
    /// <summary>Live position inside the operating area.</summary>
    LiveArea = 1,

    /// <summary>Live position anywhere in the world.</summary>
    LiveWorld = 2,
}
