namespace BoatTelemetry.BoatCtl.Flash;

/// <summary>A board as nanoff knows it.</summary>
/// <param name="Model">As in the unit's configuration, board.model.</param>
/// <param name="Target">The runtime's build: a name of nanoFramework's list of targets (nf-interpreter, "Firmware for reference boards").</param>
/// <param name="Chip">What nanoff calls its chip after "Connected to:".</param>
internal sealed record FlashBoard(string Model, string Target, string Chip)
{
    /// <summary>
    /// All boards. The T-Beam was made with chips of several revisions, and nanoff's README says of ESP32_PSRAM_REV0 that it runs on each. The
    /// carrier's module is an ESP32-S3-WROOM-1-N16R2, whose PSRAM is a quad one.
    /// </summary>
    public static IReadOnlyList<FlashBoard> All { get; } =
    [
        new("t-beam", "ESP32_PSRAM_REV0", "ESP32"),
        new("carrier-s3", "ESP32_S3_QUAD", "ESP32-S3"),
    ];
}
