#pragma warning disable CS0649, CA1822, CA1051, CA1815, CA1823, IDE0051 // Violations are what this file is for; walked and never run.
namespace BoatTelemetry.Conformance.Tests.Reach;

/// <summary>One deliberate violation of each form, and what is allowed.</summary>
internal static class StructViolations
{
    public static int Local(int value)
    {
        var wide = new Wide { A = value };
        return Sum(ref wide);
    }

    public static int ByValue(Wide wide) => wide.A;

    public static Wide Result(Wide[] all) => all[0];

    public static int TwoCallsAway(int value) => OneCallAway(value);

    public static int Clean(ref Wide wide, Narrow narrow) => Sum(ref wide) + narrow.C;

    private static int OneCallAway(int value) => Local(value);

    private static int Sum(ref Wide wide) => wide.A + wide.B + wide.C + wide.D;

    internal struct Wide
    {
        public int A;
        public int B;
        public int C;
        public int D;
    }

    internal struct Narrow
    {
        public int A;
        public int B;
        public int C;
    }
}
