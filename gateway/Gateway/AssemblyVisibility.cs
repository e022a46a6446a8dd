using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("BoatTelemetry.Gateway.Tests")]
[assembly: InternalsVisibleTo("BoatTelemetry.Benchmarks")]
