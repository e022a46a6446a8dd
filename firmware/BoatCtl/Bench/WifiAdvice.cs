namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>What to do about a Wi-Fi that is not connected, by the unit's word for it (docs/bench-console.md, info).</summary>
internal static class WifiAdvice
{
    /// <summary>Its name as a part of the self-test.</summary>
    public const string Part = "Wi-Fi";

    /// <param name="word">The unit's word; null or empty for none.</param>
    /// <param name="isTest">Whether the unit was only tested: it may be anywhere then.</param>
    public static string Of(string? word, bool isTest) => isTest && word is "not-joined" or "not-reached" or "lost" or "no-answer"
        ? $"Away from the harbour this is no fault. There: {Of(word)} boatctl wifi set changes it."
        : Of(word);

    private static string Of(string? word) => word switch
    {
        "not-joined" => "The unit is not in the network: look at its name (capitals count), its password and the distance; the unit knows 2.4 GHz alone.",
        "not-reached" => "The broker is not reached: look at its address and port, and whether the certificate given with --ca is that of its authority.",
        "refused" => "The broker refuses the unit: look at --user and --mqtt-password-file, and at the broker's log.",
        "subscribe-refused" => "The broker lets the unit in and refuses its topic: look at the broker's access list.",
        "no-key" => "A unit without a key sends nothing: provision it.",
        "no-certificate" => "The unit has no certificate of the broker's authority: give it with boatctl wifi set --ca.",
        "safe-mode" => "The unit reset three times by itself and leaves Wi-Fi out: look at boatctl log.",
        null or "" or "starting" => "The unit is still trying; look again with boatctl info.",
        _ => "Look at the broker's log, and again with boatctl info.",
    };
}
