#pragma warning disable CA1822, MA0038, S2325 // Instance methods on purpose: their IL is the sample.
namespace BoatTelemetry.Conformance.Tests.Platform;

/// <summary>Methods whose nanoFramework byte code differs from their IL by a known count, in any build configuration.</summary>
internal sealed class ByteCodeSamples
{
    private int _field;

    public string OneString() => "sample";

    public int OneField() => _field;

    public long OneConstant() => 0x1234_5678_9ABC_DEF0;

    public int OneSwitch(int value)
    {
        switch (value)
        {
            case 0:
                return 17;
            case 1:
                return 5;
            case 2:
                return 11;
            case 3:
                return 2;
            default:
                return 1;
        }
    }

    public void OneFinally()
    {
        try
        {
            OneString();
        }
        finally
        {
            _field = 1;
        }
    }
}
