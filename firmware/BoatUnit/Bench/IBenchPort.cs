using BoatTelemetry.BoatUnit.Config;

namespace BoatTelemetry.BoatUnit.Bench;

/// <summary>The console's wires.</summary>
public interface IBenchPort
{
    /// <summary>Takes up to so many bytes of what has come; how many it took. Does not wait.</summary>
    int Read(byte[] buffer, int offset, int count);

    /// <summary>Gives bytes to the driver, which has room for <see cref="BenchConsole.ChunkBytes"/>.</summary>
    void Write(byte[] buffer, int offset, int count);
}

/// <summary>The self-test as the console runs it: a step each time it is polled.</summary>
public interface ISelfTestRun
{
    /// <summary>Starts from the first step.</summary>
    void Begin();

    /// <summary>Does one step, of at most some tens of milliseconds; false, having done nothing, behind the last one.</summary>
    bool RunStep();

    /// <summary>Of the step done last: its name.</summary>
    string StepName { get; }

    /// <summary>Whether it passed.</summary>
    bool StepPassed { get; }

    /// <summary>What was found, where that is worth telling; or null.</summary>
    string StepDetail { get; }

    /// <summary>How long it took, milliseconds.</summary>
    int StepMs { get; }
}

/// <summary>What the unit senses now, or how it is, as fields of a reply.</summary>
public interface IBenchView
{
    /// <summary>Writes fields; what is unknown is written as null.</summary>
    void Write(JsonWriter into);
}
