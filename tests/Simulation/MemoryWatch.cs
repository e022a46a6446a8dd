using System.Collections.Concurrent;
using System.Reflection;

namespace BoatTelemetry.Simulation;

/// <summary>
/// Adds up what the unit holds: every object that can be reached from it, but for the world around it. A walk over fields
/// and not the heap's own figure, which the world's objects would drown.
/// </summary>
public static class MemoryWatch
{
    private static readonly ConcurrentDictionary<Type, FieldInfo[]> FieldsByType = new();

    /// <summary>Bytes, nearly: of arrays and strings their elements, of other objects eight for each field.</summary>
    public static long BytesOf(object root)
    {
        ArgumentNullException.ThrowIfNull(root);
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var open = new Stack<object>();
        open.Push(root);
        long bytes = 0;
        while (open.TryPop(out var item))
        {
            if (IsOutside(item) || !seen.Add(item))
                continue;
            bytes += item is Array array ? TakeArray(array, open) : TakeFields(item, open);
        }

        return bytes;
    }

    private static bool IsOutside(object item)
    {
        return item is IOutsideUnit or Delegate or Type or string
            || item.GetType().Namespace is "BoatTelemetry.Simulator.Chips";
    }

    private static long TakeArray(Array array, Stack<object> open)
    {
        var element = array.GetType().GetElementType()!;
        if (element.IsPrimitive)
            return Buffer.ByteLength(array);
        foreach (var item in array)
        {
            if (item is not null && !element.IsEnum)
                open.Push(item);
        }

        return 8L * array.Length;
    }

    private static long TakeFields(object item, Stack<object> open)
    {
        var fields = FieldsByType.GetOrAdd(item.GetType(), static type => [.. FieldsOf(type)]);
        foreach (var field in fields)
        {
            if (!field.FieldType.IsPrimitive && !field.FieldType.IsEnum && field.GetValue(item) is { } value)
                open.Push(value);
        }

        return 8L * fields.Length;
    }

    private static IEnumerable<FieldInfo> FieldsOf(Type? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                yield return field;
        }
    }
}
