using System;
using BoatTelemetry.Core.Security;
using BoatTelemetry.Core.SelfTest;

namespace BoatTelemetry.SelfTest;

/// <summary>
/// The golden vectors on a bare nanoFramework device, or on .NET: needs mscorlib, firmware/Core and this file, no
/// hardware package and no native cryptography (it seals with Core's AES in software; the unit's own self-test, from the
/// bench console, runs on the chip's).
/// </summary>
public static class Program
{
    // The tick counter of a device moves in steps of up to a millisecond; this many make a mean out of them.
    private const int Repetitions = 20;

    /// <summary>0 if every vector came out right.</summary>
    public static int Main()
    {
        TickClock clock = new TickClock();
        long startUs = clock.NowUs;
        VectorSelfTest test = new VectorSelfTest(new SelfTestVectors(), new SoftwareAesFactory(), clock, null, Repetitions);
        while (test.Step())
        {
            // One vector a call.
        }

        // Console and not Debug: Debug.WriteLine is left out of a release build there.
        Console.WriteLine("vectors " + test.Count.ToString() + " ok " + test.Ok.ToString() + " failed " + test.Failed.ToString());
        for (int i = 0; i < test.Failed && i < VectorSelfTest.FailedNamesMax; i++)
        {
            Console.WriteLine("failed " + test.FailedName(i));
        }

        for (int i = 0; i < SelfTestTimes.Count; i++)
        {
            SelfTestOperation operation = (SelfTestOperation)i;
            Console.WriteLine(
                SelfTestTimes.Name(operation) + ": " + test.Times.MeanUs(operation).ToString() + " us (mean of "
                + test.Times.Done(operation).ToString() + ")");
        }

        Console.WriteLine("all: " + ((clock.NowUs - startUs) / 1000).ToString() + " ms");
        return test.Failed == 0 ? 0 : 1;
    }

    /// <summary>The clock that mscorlib alone has. Nothing else sets it while the program runs.</summary>
    private sealed class TickClock : IMicrosecondClock
    {
        private const int TicksPerUs = 10;

        /// <inheritdoc/>
        public long NowUs
        {
            get { return DateTime.UtcNow.Ticks / TicksPerUs; }
        }
    }
}
