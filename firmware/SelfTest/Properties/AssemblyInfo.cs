using System.Reflection;
using System.Runtime.InteropServices;

[assembly: AssemblyTitle("BoatTelemetry.SelfTest")]
[assembly: AssemblyCompany("BoatTelemetry")]
[assembly: AssemblyProduct("BoatTelemetry")]
[assembly: AssemblyVersion("0.1.0.0")]
[assembly: AssemblyFileVersion("0.1.0.0")]
[assembly: ComVisible(false)]
