using BoatTelemetry.Gateway.Configuration;
using BoatTelemetry.Gateway.Fleet;
using BoatTelemetry.Gateway.Tests.Support;

namespace BoatTelemetry.Gateway.Tests.Fleet;

public sealed class WrappingKeyTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly WrappingKey _wrapping = new(Enumerable.Range(100, WrappingKey.KeyBytes).Select(i => (byte)i).ToArray());
    private readonly UnitKey _key = new(TestBoat.KeyOf(17, 1));

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Wrap_AndUnwrap_GivesTheKeyAndNeverTheSameText()
    {
        var wrapped = _wrapping.Wrap(17, _key);

        Assert.Equal(_key.Bytes.ToArray(), _wrapping.Unwrap(17, wrapped)!.Bytes.ToArray());
        Assert.NotEqual(wrapped, _wrapping.Wrap(17, _key));
        Secrets.AreAbsent(wrapped, _key.Bytes.ToArray());
        Secrets.AreAbsent($"{_key} {_wrapping}", _key.Bytes.ToArray());
    }

    [Fact]
    public void Unwrap_ForAnotherUnitOrUnderAnotherKeyOrChanged_GivesNothing()
    {
        var wrapped = _wrapping.Wrap(17, _key);

        Assert.Null(_wrapping.Unwrap(18, wrapped));
        Assert.Null(new WrappingKey(new byte[WrappingKey.KeyBytes]).Unwrap(17, wrapped));
        for (var i = 0; i < wrapped.Length; i++)
            Assert.Null(_wrapping.Unwrap(17, wrapped[..i] + (wrapped[i] == 'A' ? 'B' : 'A') + wrapped[(i + 1)..]));
        foreach (var wrong in new[] { "", "gcm:", "gcm:AAAA", wrapped[..^4], wrapped + "AAAA", wrapped[4..], "000102030405060708090a0b0c0d0e0f" })
            Assert.Null(_wrapping.Unwrap(17, wrong));
    }

    [Theory]
    [InlineData("0102", false)]
    [InlineData("", false)]
    [InlineData("6465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283\n", true)]
    [InlineData("zz65666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283", false)]
    public void Load_OfAFile_TakesAKeyAndNeverShowsWhatElseThereIs(string content, bool isGood)
    {
        File.WriteAllText(_file, content);
        List<ConfigurationError> errors = [];
        var loaded = WrappingKey.Load(_file, errors);

        Assert.Equal(isGood, loaded is not null);
        Assert.Equal(isGood ? 0 : 1, errors.Count);
        if (isGood)
            Assert.NotNull(loaded!.Unwrap(17, _wrapping.Wrap(17, _key)));
        else if (content.Length > 0)
            Assert.DoesNotContain(content[..4], errors[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfNoFile_SaysSo()
    {
        List<ConfigurationError> errors = [];
        Assert.Null(WrappingKey.Load(_file + ".absent", errors));
        Assert.Single(errors);
    }
}
