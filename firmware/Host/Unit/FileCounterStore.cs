using System.Globalization;
using System.Text;
using BoatTelemetry.Core.Security;

namespace BoatTelemetry.Host.Unit;

// The file: the first unreserved number and its complement, eight hexadecimal digits each, a space between, a line feed
// behind. 18 bytes; anything else is damage.

/// <summary>
/// Keeps a counter's reservation in a file that is replaced as a whole: written beside, flushed to the disk, renamed, and
/// the rename flushed too. So an end at any instant leaves the old number or the new one.
/// </summary>
/// <remarks>
/// No file means that the key has never been used: who deletes it must change the key. A damaged file means nothing of
/// the kind; the store then cannot tell, and the unit sends nothing rather than a nonce twice.
/// </remarks>
public sealed class FileCounterStore : ICounterStore
{
    private const int TextLength = 18;

    private readonly string _path;
    private readonly string _beside;
    private readonly string _directory;

    /// <param name="path">The file; its folder exists.</param>
    public FileCounterStore(string path)
    {
        _path = Path.GetFullPath(path);
        _beside = _path + ".new";
        _directory = Path.GetDirectoryName(_path)!;
    }

    /// <summary>Why the last call failed, or null.</summary>
    public string? LastFailure { get; private set; }

    /// <inheritdoc/>
    public bool TryLoad(out uint firstUnreserved)
    {
        firstUnreserved = 0;
        LastFailure = null;
        try
        {
            var text = File.ReadAllText(_path, Encoding.ASCII);
            if (TryParse(text, out firstUnreserved))
                return true;

            LastFailure = $"{_path} is damaged. Give the unit a new key and delete the file.";
            return false;
        }
        catch (FileNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LastFailure = e.Message;
            return false;
        }
    }

    /// <inheritdoc/>
    public bool TrySave(uint firstUnreserved)
    {
        LastFailure = null;
        try
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{firstUnreserved:X8} {~firstUnreserved:X8}\n");
            using (var file = new FileStream(_beside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                file.Write(Encoding.ASCII.GetBytes(text));
                file.Flush(flushToDisk: true);
            }

            File.Move(_beside, _path, overwrite: true);
            DirectorySync.Flush(_directory);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LastFailure = e.Message;
            return false;
        }
    }

    private static bool TryParse(string text, out uint value)
    {
        value = 0;
        return text.Length == TextLength
            && text[8] == ' '
            && text[17] == '\n'
            && uint.TryParse(text.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            && uint.TryParse(text.AsSpan(9, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var complement)
            && complement == ~value;
    }
}
