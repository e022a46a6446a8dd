using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace BoatTelemetry.Gateway.Ingest.Capture;

/// <summary>
/// The capture files of a folder, of which one is written. Files are numbered, and none is
/// appended to by a later run. One thread.
/// </summary>
internal sealed class CaptureFile(CaptureOptions options, TimeProvider time) : IDisposable
{
    private const string NameBegin = "capture-";
    private const string NameEnd = ".jsonl";
    private const int BufferBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _line = new(CaptureLine.BytesMax);
    private readonly Utf8JsonWriter _json = new(System.IO.Stream.Null);
    private FileStream? _file;
    private long _bytes;

    /// <summary>Writes a reception, in a new file if the present one is full.</summary>
    /// <exception cref="IOException">The disk is full or fails. What was written of the line is a torn tail; the file is closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public void Write(ReadOnlySpan<byte> frame, in Reception reception)
    {
        _line.ResetWrittenCount();
        _json.Reset(_line);
        CaptureLine.Write(_json, frame, in reception);
        _json.Flush();
        _line.GetSpan(1)[0] = CaptureLine.End;
        _line.Advance(1);
        var line = _line.WrittenSpan;
        if (_file is null || _bytes + line.Length > options.FileBytesMax)
            Open();
        Append(line);
    }

    /// <summary>Hands what was written to the system: a gateway that is killed loses none of it, a machine without power may.</summary>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public void Flush()
    {
        try
        {
            _file?.Flush();
        }
        catch (IOException)
        {
            Close();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _json.Dispose();
    }

    private void Open()
    {
        Close();
        Directory.CreateDirectory(options.Folder);
        var files = Files();
        var number = files.Length == 0 ? 1 : NumberOf(files[^1]) + 1;
        _file = new FileStream(PathOf(number), FileMode.CreateNew, FileAccess.Write, FileShare.Read, BufferBytes);
        _bytes = 0;
        Append(CaptureLine.Header(time.GetUtcNow()));
        foreach (var file in files.SkipLast(options.FilesMax - 1))
            File.Delete(file);
    }

    private void Append(ReadOnlySpan<byte> line)
    {
        try
        {
            _file!.Write(line);
            _bytes += line.Length;
        }
        catch (IOException)
        {
            Close();
            throw;
        }
    }

    // Only those that this code has named, in their order.
    private string[] Files() =>
        [.. Directory.GetFiles(options.Folder, "capture-*.jsonl").Where(file => NumberOf(file) > 0).OrderBy(NumberOf)];

    private void Close()
    {
        var file = _file;
        _file = null;
        try
        {
            file?.Dispose();
        }
        catch (IOException)
        {
            // Its last bytes found no room; the descriptor is closed all the same.
        }
    }

    private string PathOf(long number) => Path.Combine(options.Folder, $"{NameBegin}{number:D10}{NameEnd}");

    private static long NumberOf(string path)
    {
        var name = Path.GetFileName(path.AsSpan());
        return name.Length > NameBegin.Length + NameEnd.Length
            && long.TryParse(name[NameBegin.Length..^NameEnd.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
    }
}
