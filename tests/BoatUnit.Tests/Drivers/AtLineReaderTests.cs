using System.Text;
using BoatTelemetry.BoatUnit.Drivers;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.BoatUnit.Tests.Drivers;

public sealed class AtLineReaderTests(ITestOutputHelper output)
{
    [Fact]
    public void Line_InPieces_IsCarriedOver()
    {
        var reader = new AtLineReader();

        Assert.Empty(Lines(reader, "\r\n+CSQ: 2"));
        Assert.Equal(["+CSQ: 20,99"], Lines(reader, "0,99\r"));
        Assert.Equal(["OK"], Lines(reader, "\n\r\nOK\r\n"));
    }

    [Fact]
    public void Line_Overlong_IsDroppedWholeAndTheNextIsRead()
    {
        var reader = new AtLineReader();

        Assert.Equal(["OK"], Lines(reader, new string('x', AtLineReader.LineBytesMax + 1) + "\r\nOK\r\n"));
        Assert.Equal(1, reader.LinesOverlong);
        Assert.Single(Lines(reader, new string('x', AtLineReader.LineBytesMax) + "\r\n"));
        Assert.Equal(1, reader.LinesOverlong);
    }

    [Fact]
    public void Line_WithNoise_IsDroppedWhole()
    {
        var reader = new AtLineReader();

        Assert.Equal(["OK"], Lines(reader, "+CREG:\u0007 1\r\nOK\r\n"));
        Assert.Equal(1, reader.LinesSpoilt);
    }

    [Fact]
    public void Prompt_IsTakenOnlyWhereItIsAwaited()
    {
        var reader = new AtLineReader();

        Assert.Equal([">"], Lines(reader, "\r\n>\r\n"));
        reader.AwaitPrompt(true);
        Assert.Equal(["<prompt>"], Lines(reader, "\r\n> "));
        Assert.Equal(["OK"], Lines(reader, "\r\nOK\r\n"));
    }

    [Fact]
    public void Data_OfAnyBytes_IsTakenRawAndWhatHasNoRoomIsCounted()
    {
        var reader = new AtLineReader();
        var data = new byte[4];
        reader.TakeData(6, data, data.Length);

        Assert.Equal(["<data>", "OK"], Lines(reader, "\r\n>\u0000ab\r\nOK\r\n"));
        Assert.Equal([13, 10, (byte)'>', 0], data);
        Assert.Equal(2, reader.DataBytesDropped);
    }

    [Fact]
    public void Header_EndsItsLineBeforeTheData()
    {
        var reader = new AtLineReader();
        reader.EndEarly("+CARECV: "u8.ToArray(), (byte)',');

        Assert.Equal(["+CARECV: 16,"], Lines(reader, "\r\n+CARECV: 16,"));
        Assert.Equal(["+CSQ: 20,99", "+CARECV: 0"], Lines(reader, "\r\n+CSQ: 20,99\r\n+CARECV: 0\r\n"));
    }

    [Fact]
    public void Header_ThatEndsWithALineFeed_LeavesNoneOfItToTheData()
    {
        var reader = new AtLineReader();
        reader.EndEarly("+CIPRXGET: 2,0,"u8.ToArray(), (byte)'\n');

        Assert.Empty(Lines(reader, "\r\n+CIPRXGET: 2,0,16,0\r"));
        Assert.Equal(["+CIPRXGET: 2,0,16,0"], Lines(reader, "\n"));
    }

    [Fact]
    public void Reset_AmidALine_CountsItAndForgetsIt()
    {
        var reader = new AtLineReader();
        Lines(reader, "+CEREG: 1");

        reader.Reset();

        Assert.Equal(["OK"], Lines(reader, "OK\r\n"));
        Assert.Equal(1, reader.LinesCut);
    }

    [Fact]
    public void Noise_OfAnyKind_NeverBreaksTheReader()
    {
        var random = Seed.New(output);
        var reader = new AtLineReader();
        reader.EndEarly("+CARECV: "u8.ToArray(), (byte)',');
        var noise = new byte[100_000];
        random.NextBytes(noise);
        foreach (var next in noise)
        {
            reader.Feed(next);
            Assert.InRange(reader.LineBytes, 0, AtLineReader.LineBytesMax);
        }

        Assert.Equal("OK", Lines(reader, "\r\nOK\r\n")[^1]);
    }

    [Theory]
    [InlineData("+CREG: 1,5", 7, 1, 5)]
    [InlineData("+CIPSEND: 0,64,-1", 10, 2, -1)]
    [InlineData("+X: \"a,b\",7", 4, 1, 7)]
    [InlineData("+X: 1", 4, 1, AtText.NotANumber)]
    [InlineData("+X: 12345678901", 4, 0, AtText.NotANumber)]
    [InlineData("+X: ", 4, 0, AtText.NotANumber)]
    public void Field_OfALine_IsReadAsNumber(string line, int prefixBytes, int field, int value)
    {
        var bytes = Encoding.ASCII.GetBytes(line);

        Assert.Equal(value, AtText.Field(bytes, bytes.Length, prefixBytes, field));
    }

    private static List<string> Lines(AtLineReader reader, string text)
    {
        var lines = new List<string>();
        foreach (var next in text)
        {
            switch (reader.Feed((byte)next))
            {
                case AtToken.Line:
                    lines.Add(Encoding.ASCII.GetString(reader.Line, 0, reader.LineBytes));
                    break;
                case AtToken.Prompt:
                    lines.Add("<prompt>");
                    break;
                case AtToken.Data:
                    lines.Add("<data>");
                    break;
                default:
                    break;
            }
        }

        return lines;
    }
}
