using BoatTelemetry.Gateway.Configuration;

namespace BoatTelemetry.Gateway.Observability;

/// <summary>The section "otlp": the collector that metrics and traces are sent to.</summary>
public sealed record OtlpOptions
{
    private const string EndpointAllowed = "an http or https address without a path, such as http://127.0.0.1:4318";
    private static readonly string[] _protocols = ["http", "grpc"];

    public required Uri Endpoint { get; init; }

    /// <summary>OTLP over gRPC instead of over HTTP with protobuf.</summary>
    public bool IsGrpc { get; init; }

    /// <summary>Headers of every request, "name=value" with commas between; secret.</summary>
    public string? Headers { get; init; }

    public required int MetricsIntervalS { get; init; }

    /// <summary>Of so many admitted frames one is traced; 0 traces none.</summary>
    public required int TraceOneIn { get; init; }

    /// <summary>Reads the section; null if it is absent.</summary>
    public static OtlpOptions? Read(ConfigurationSection otlp)
    {
        ArgumentNullException.ThrowIfNull(otlp);
        var endpoint = otlp.OptionalText("endpoint", EndpointAllowed, static text => ToEndpoint(text) is not null);
        if (otlp.IsPresent && !otlp.Has("endpoint"))
            otlp.Wrong("endpoint", "is absent", EndpointAllowed);
        var protocol = otlp.OptionalText("protocol", "\"http\" or \"grpc\"", _protocols.Contains);
        var options = new OtlpOptions
        {
            Endpoint = ToEndpoint(endpoint ?? "") ?? new Uri("http://localhost:4318"),
            IsGrpc = protocol == "grpc",
            Headers = ReadHeaders(otlp),
            MetricsIntervalS = otlp.Number("metricsIntervalS", 1, 3600, 15),
            TraceOneIn = otlp.Number("traceOneIn", 0, 1_000_000, 0),
        };
        otlp.Finish();
        return otlp.IsPresent ? options : null;
    }

    // A record prints its members; the headers hold a secret.
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(Endpoint);
        return true;
    }

    private static Uri? ToEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.PathAndQuery == "/"
            ? uri
            : null;

    private static string? ReadHeaders(ConfigurationSection otlp)
    {
        var file = otlp.FilePath("headersFile");
        if (file is null)
            return null;
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            otlp.Wrong("headersFile", e.Message.TrimEnd('.'), "a file that can be read, with NAME=VALUE and commas between");
            return null;
        }
    }
}
