using System.Runtime.CompilerServices;

// The two halves of Core on nanoFramework, which .NET compiles as one assembly: what is internal to Core stays so.
// Only Core.nfproj compiles this file; in any other assembly it would do nothing.
[assembly: InternalsVisibleTo("BoatTelemetry.Core.Unit")]
