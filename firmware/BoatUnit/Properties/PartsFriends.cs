using System.Runtime.CompilerServices;

// The two halves of the unit on nanoFramework, which .NET compiles as one assembly: what is internal to it stays so.
// Only UnitParts.nfproj compiles this file; in any other assembly it would do nothing.
[assembly: InternalsVisibleTo("BoatTelemetry.BoatUnit")]
