using BoatTelemetry.Gateway.Admission;
using BoatTelemetry.Gateway.Ingest;

namespace BoatTelemetry.Gateway.Journal;

/// <summary>What the one writer is asked to do, in the order of the asking.</summary>
internal enum JournalOperationKind
{
    Frame = 1,
    Reception,
    Flush,
}

/// <summary>One thing for the writer; which members count depends on the kind.</summary>
internal struct JournalOperation
{
    public JournalOperationKind Kind;

    /// <summary>Frame.</summary>
    public AdmissionState State;

    /// <summary>Frame: it was in the journal before, and is not stored again.</summary>
    public bool IsDuplicate;

    /// <summary>Frame, Reception: given back after the commit.</summary>
    public Datagram? Datagram;

    /// <summary>Frame, Reception: the frame's number.</summary>
    public long Id;

    /// <summary>Reception.</summary>
    public int Ordinal;

    /// <summary>Flush: completed after the commit.</summary>
    public TaskCompletionSource? Flushed;
}
