#pragma warning disable CA1034, CA1008, CA1822, CA1024 // Inventions are what this file is for.
namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>What a careless facade might show though the platform has no such thing.</summary>
internal static class Inventions
{
    /// <summary>The namespace that an invention pretends to be of, in Cecil's form.</summary>
    public static string PretendedNamespace(string type) =>
        type == nameof(Invented.CipherMode) ? "System.Security.Cryptography." : "System.IO.Ports.";

    internal static class Invented
    {
        internal sealed class SerialPort
        {
            public int Temperature => BaudRate;

            public int BaudRate { get; set; }
        }

        internal enum Parity
        {
            None = 0,
            Mark = 3,
        }

        internal enum CipherMode
        {
            None = 0,
            CBC = 7,
        }

        internal sealed class Gearbox;
    }
}
