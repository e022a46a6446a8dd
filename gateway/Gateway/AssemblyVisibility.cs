using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("BoatTelemetry.Gateway.Tests")]
