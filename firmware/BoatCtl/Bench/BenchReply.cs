using System.Text.Json.Nodes;

namespace BoatTelemetry.BoatCtl.Bench;

/// <summary>A request's outcome.</summary>
/// <param name="Outcome">How it came out.</param>
/// <param name="Fields">The reply's fields; empty without one.</param>
/// <param name="Error">The unit's word for it where it refused, "no-answer" or "gone" where it could not be asked.</param>
/// <param name="Reason">For people.</param>
internal sealed record BenchReply(BenchOutcome Outcome, JsonObject Fields, string Error = "", string Reason = "")
{
    /// <summary>The reply's fields.</summary>
    /// <exception cref="BenchException">It was not done.</exception>
    public JsonObject Done() => Outcome == BenchOutcome.Done ? Fields : throw new BenchException(Outcome, Error, Reason);
}
