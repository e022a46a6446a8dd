using System;
using System.Collections;
using BoatTelemetry.Facade.Json;

namespace nanoFramework.Json;

/// <summary>
/// nanoFramework.Json's parser as far as the unit uses it: an object into a Hashtable. Behaves as version 2.2.203 was
/// read to behave, its oddities included, since code that is tested against a better parser fails on the device.
/// </summary>
public static class JsonConvert
{
    /// <exception cref="DeserializationException">No JSON object, and more than the real parser's own exception.</exception>
    /// <exception cref="NotSupportedException">Another type: the real library has it, the facade does not.</exception>
    public static object DeserializeObject(string value, Type type)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (type != typeof(Hashtable))
            throw new NotSupportedException("The facade reads into a Hashtable only.");

        return new PlatformJsonParser(value).ReadRoot();
    }
}
