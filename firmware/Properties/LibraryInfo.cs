using System.Reflection;
using System.Runtime.InteropServices;

// What the libraries' .nfproj files say of their assemblies alike. It stands outside their folders because whoever
// compiles such a folder together with another project's AssemblyInfo.cs would have every attribute twice.
[assembly: AssemblyCompany("BoatTelemetry")]
[assembly: AssemblyProduct("BoatTelemetry")]
[assembly: AssemblyVersion("0.1.0.0")]
[assembly: AssemblyFileVersion("0.1.0.0")]
[assembly: ComVisible(false)]
