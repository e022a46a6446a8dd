using System;
using BoatTelemetry.Facade.Wires;

namespace nanoFramework.Runtime.Native;

/// <summary>How to start again.</summary>
public enum RebootOption
{
    NormalReboot = 0,
    EnterNanoBooter = 1,
    ClrOnly = 2,
    EnterProprietaryBooter = 8,
}

/// <summary>The platform's reset.</summary>
public class Power
{
    /// <summary>Does not return: on the simulated board it ends the run by its own exception, as power does.</summary>
    public static void RebootDevice(RebootOption rebootOption)
    {
        var board = BoardWires.Current.Find<IResetLine>(IResetLine.Place)
            ?? throw new InvalidOperationException("The simulated board has no reset line.");
        board.Reset();
    }
}
