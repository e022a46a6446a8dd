#pragma warning disable CS0649, CA1814, CA1815, CA1822, CA1051, CA1034, CA1715, MA0018, MA0048 // Violations are what this file is for.
namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>One class a rule, each breaking just that one.</summary>
internal static class NotForThePlatform
{
    internal interface IDefaulted
    {
        int One() => 1;
    }

    internal sealed class Generic<T>
    {
        public T? Value;
    }

    internal sealed class GenericMethod
    {
        public int Of<T>(T value) => value is null ? 0 : 1;
    }

    internal sealed class Checked
    {
        public int Sum(int a, int b) => checked(a + b);
    }

    internal sealed class Stack
    {
        public unsafe int First()
        {
            var bytes = stackalloc byte[4];
            return bytes[0];
        }
    }

    internal sealed class Volatile
    {
        private volatile int _flag;

        public int Read() => _flag;

        public void Write(int value) => _flag = value;
    }

    internal sealed class Grid
    {
        public int Cell(int[,] grid) => grid[0, 0];
    }

    internal sealed class Absent
    {
        public string Spaced(string text) => text.Replace("_", " ", StringComparison.Ordinal);
    }

    internal sealed class NullableValue
    {
        public int? Maybe;
    }

    internal sealed class Clean
    {
        private readonly int[] _values = new int[4];

        public int Sum(int[] more)
        {
            var sum = 0;
            Array.Copy(more, 0, _values, 0, _values.Length);
            foreach (var value in _values)
                sum += value;
            return sum;
        }
    }
}
