using BoatTelemetry.Core.Frames;
using BoatTelemetry.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace BoatTelemetry.Core.Tests.Frames;

public sealed class BitsTests(ITestOutputHelper output)
{
    [Fact]
    public void Write_FieldsAcrossBytes_MostSignificantBitFirst()
    {
        var buffer = Filled(5);
        var writer = new BitWriter();
        writer.Reset(buffer, 1, 3);
        writer.Write(0b101, 3);
        writer.Write(0x1FF, 9);
        writer.Write(0, 0);
        writer.Write(0b0110, 4);
        writer.Write(0b1, 1);
        writer.Flush();
        Assert.Equal("A5BFF680A5", Convert.ToHexString(buffer));
        Assert.False(writer.Overflowed);
        Assert.Equal(24, writer.WrittenBits);
    }

    [Fact]
    public void Write_PastTheEnd_IsFlaggedAndTouchesNothingElse()
    {
        var buffer = Filled(3);
        var writer = new BitWriter();
        writer.Reset(buffer, 1, 1);
        writer.Write(0x1234, 16);
        Assert.True(writer.Overflowed);
        Assert.Equal("A512A5", Convert.ToHexString(buffer));
    }

    [Theory]
    [InlineData(2u, 1)]
    [InlineData(1u, 0)]
    [InlineData(0u, 33)]
    [InlineData(0u, -1)]
    public void Write_ValueThatDoesNotFit_Throws(uint value, int bits)
    {
        var writer = new BitWriter();
        writer.Reset(new byte[8], 0, 8);
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write(value, bits));
    }

    [Fact]
    public void Read_PastTheEnd_GivesZerosAndSaysSo()
    {
        var reader = new BitReader();
        reader.Reset([0xFF, 0xFF, 0xFF], 1, 1);
        Assert.Equal(0xFu, reader.Read(4));
        Assert.False(reader.Exhausted);
        Assert.Equal(0xF0u, reader.Read(8));
        Assert.True(reader.Exhausted);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 5)]
    [InlineData(4, 1)]
    public void Reset_RangeOutsideTheBuffer_Throws(int offset, int length)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BitReader().Reset(new byte[4], offset, length));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BitWriter().Reset(new byte[4], offset, length));
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var random = Seed.New(output);
        var buffer = new byte[512];
        for (var round = 0; round < 2_000; round++)
        {
            var widths = Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(0, 33)).ToArray();
            var values = widths.Select(bits => (uint)(random.NextInt64() & ((1L << bits) - 1))).ToArray();
            var writer = new BitWriter();
            writer.Reset(buffer, 0, buffer.Length);
            for (var i = 0; i < widths.Length; i++)
            {
                writer.Write(values[i], widths[i]);
            }

            writer.Flush();
            var reader = new BitReader();
            reader.Reset(buffer, 0, (widths.Sum() + 7) / 8);
            Assert.Equal(values, widths.Select(reader.Read));
            Assert.False(reader.Exhausted);
        }
    }

    private static byte[] Filled(int length) => Enumerable.Repeat((byte)0xA5, length).ToArray();
}
