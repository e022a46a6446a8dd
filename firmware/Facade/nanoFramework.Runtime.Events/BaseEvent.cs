namespace nanoFramework.Runtime.Events;

/// <summary>What all of the platform's events derive from.</summary>
public class BaseEvent
{
    public ushort Source;
    public byte Message;
}
