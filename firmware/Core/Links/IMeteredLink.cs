namespace BoatTelemetry.Core.Links;

/// <summary>A link whose use is limited by law, so that it wants to know what a frame is for and what came of it.</summary>
public interface IMeteredLink : IUnitLink
{
    /// <summary>As <see cref="ILink.Send"/>, for a purpose. Without one it is <see cref="AirtimePurpose.Current"/>.</summary>
    LinkResult Send(byte[] frame, int offset, int length, AirtimePurpose purpose);

    /// <summary>
    /// An authenticated frame came back to what was sent: the link may take the levels of the frame it handed out last as
    /// those of the shore.
    /// </summary>
    void Answered();

    /// <summary>What was sent here and asked for an answer got none in its time.</summary>
    void Unanswered();

    /// <summary>
    /// The time between two SOS of so many bytes that can be kept up for ever, ms; 0 where there is no such limit. Sent faster
    /// they use up the hour, and then there is silence until it is over.
    /// </summary>
    int SosPaceMs(int lengthBytes);
}
