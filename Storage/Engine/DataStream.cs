namespace Postcard.Storage.Engine;

/// <summary>
/// The data file as LiteDB sees it. With a <see cref="LogScan"/> it shows the log's pages in their place without writing them:
/// so records can be read while the disk is too full to redo the log.
/// </summary>
internal sealed class DataStream(IDiskFile data, LogScan? overlay = null, IDiskFile? log = null) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => overlay is null;

    public override long Length => overlay is null
        ? data.Length
        : Math.Max(data.Length, (overlay.Pages.Keys.Max() + 1L) * DataHeader.PageBytes);

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var target = buffer.AsSpan(offset, count);
        var page = (uint)(Position / DataHeader.PageBytes);
        var read = count;
        if (overlay is not null && count == DataHeader.PageBytes && overlay.Pages.TryGetValue(page, out var at))
        {
            Redo.ReadPage(log!, at, target);
        }
        else
        {
            read = data.Read(target, Position);
        }

        Position += read;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        data.Write(buffer.AsSpan(offset, count), Position);
        Position += count;
    }

    public override void SetLength(long value) => data.SetLength(value);

    /// <summary>LiteDB flushes at the end of a checkpoint and relies on it.</summary>
    public override void Flush() => data.Sync();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
}
