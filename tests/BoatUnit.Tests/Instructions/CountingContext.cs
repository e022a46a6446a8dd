using System.Reflection;
using System.Runtime.Loader;

namespace BoatTelemetry.BoatUnit.Tests.Instructions;

/// <summary>
/// The project's assemblies a second time, of which Core and the unit count what they execute. What is called in it takes and gives
/// what .NET itself has: a type of the project is another one here.
/// </summary>
internal sealed class CountingContext() : AssemblyLoadContext(isCollectible: true)
{
    private static readonly string[] _counted = ["BoatTelemetry.Core", "BoatTelemetry.BoatUnit"];

    /// <summary>Calls a static method of a type of this test assembly.</summary>
    public T Call<T>(Type type, string method)
    {
        var here = LoadFromAssemblyName(type.Assembly.GetName()).GetType(type.FullName!, throwOnError: true)!;
        return (T)here.GetMethod(method, BindingFlags.Static | BindingFlags.Public)!.Invoke(null, null)!;
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var path = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
        if (!assemblyName.Name!.StartsWith("BoatTelemetry.", StringComparison.Ordinal) || !File.Exists(path))
            return null;
        if (!_counted.Contains(assemblyName.Name, StringComparer.Ordinal))
            return LoadFromAssemblyPath(path);

        using var counting = CountingAssembly.Of(path);
        return LoadFromStream(counting);
    }
}
