using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Ingest.Capture;

/// <summary>Where everything received is recorded, and how much of it is kept.</summary>
public sealed record CaptureOptions
{
    /// <summary>Full path of the folder.</summary>
    public required string Folder { get; init; }

    /// <summary>A file that has grown to this is followed by a new one.</summary>
    public required long FileBytesMax { get; init; }

    /// <summary>Files kept; the oldest is deleted.</summary>
    public required int FilesMax { get; init; }

    /// <summary>Records between the ingests and the file.</summary>
    public required int QueueRecordsMax { get; init; }

    /// <summary>Reads <c>ingest.capture</c>; null if it is not there.</summary>
    public static CaptureOptions? Read(ConfigurationSection capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        var options = new CaptureOptions
        {
            Folder = capture.FilePath("folder", "capture")!,
            FileBytesMax = capture.Number("fileMibMax", 1, 4096, 64) * 1024L * 1024,
            FilesMax = capture.Number("filesMax", 1, 10_000, 16),
            QueueRecordsMax = capture.Number("queueRecordsMax", 16, 1_000_000, 4096),
        };
        capture.Finish();
        return capture.IsPresent ? options : null;
    }
}
