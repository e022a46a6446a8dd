using System;

namespace nanoFramework.Json;

/// <summary>No JSON.</summary>
public class DeserializationException : Exception
{
    public DeserializationException()
    {
    }
}
