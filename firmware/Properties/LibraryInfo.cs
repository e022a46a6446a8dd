using System.Reflection;
using System.Runtime.InteropServices;

// What Core.nfproj and CoreUnit.nfproj say of their assemblies alike. It stands outside firmware/Core because whoever
// compiles that folder together with another project's AssemblyInfo.cs would have every attribute twice.
[assembly: AssemblyCompany("BoatTelemetry")]
[assembly: AssemblyProduct("BoatTelemetry")]
[assembly: AssemblyVersion("0.1.0.0")]
[assembly: AssemblyFileVersion("0.1.0.0")]
[assembly: ComVisible(false)]
