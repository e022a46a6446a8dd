#pragma warning disable CA1822, CA1512, MA0038 // Each method is one deliberate violation, written as Core would write it, walked and never run.

namespace BoatTelemetry.Conformance.Tests.Allocations;

/// <summary>
/// One deliberate violation of each kind, reached in each of the ways in which code is reached. The walk must find every
/// one of them here before its silence about Core means anything.
/// </summary>
internal static class Violations
{
    private static readonly int[] Numbers = [1, 2, 3];

    public static object NewClass() => new List<int>(3);

    public static byte[] NewArray(int length) => new byte[length];

    public static object Boxed(int value) => value;

    public static string Concatenated(string left, string right) => left + right;

    public static string Interpolated(int value) => $"{value} mV";

    public static Func<int> Closure(int value) => () => value;

    public static Func<int, int> MethodGroup() => Math.Abs;

    public static void CallOut() => GC.Collect(0);

    /// <summary>The violation is two calls away.</summary>
    public static int ThroughCalls() => Step();

    /// <summary>The violation is in one implementation of an interface.</summary>
    public static void ThroughInterface(IStage stage) => stage.Run();

    /// <summary>The violation is in an override.</summary>
    public static void ThroughOverride(Stage stage) => stage.Go();

    /// <summary>The violation is on the way to a throw, and is not the exception.</summary>
    public static void OnTheWayToAThrow(int value) => throw new ArgumentException("no " + value, nameof(value));

    /// <summary>An exception that is made and kept.</summary>
    public static Exception KeptException() => new InvalidOperationException();

    /// <summary>Allowed: an exception thrown at once, a value type, arithmetic, a loop over an array.</summary>
    public static int Clean(int value)
    {
        if (value < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value));
        }

        var pair = new Pair(value);
        foreach (var number in Numbers)
        {
            pair.Sum += number;
        }

        return pair.Sum;
    }

    /// <summary>Allowed: behind a boundary.</summary>
    public static void BehindABoundary(IBoundary boundary) => boundary.Run();

    private static int Step() => LastStep().Length;

    private static byte[] LastStep() => new byte[2];

    internal interface IStage
    {
        void Run();
    }

    internal interface IBoundary
    {
        void Run();
    }

    internal class Stage
    {
        public virtual void Go()
        {
        }
    }

    internal sealed class AllocatingStage : Stage, IStage, IBoundary
    {
        private object? _kept;

        void IStage.Run() => _kept = new byte[1];

        void IBoundary.Run() => _kept = new byte[1];

        public override void Go() => _kept = (object)_kept!.GetHashCode();
    }

    private struct Pair(int value)
    {
        public int Sum = value;
    }
}
