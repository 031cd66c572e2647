using System.Security.Cryptography;

namespace Postcard.Storage.Archives;

/// <summary>
/// A file on its way into an archive, of the length that was promised whatever happens: what the disk cannot give is filled with zeros, and
/// <see cref="Failed"/> tells.
/// </summary>
internal sealed class HashedFile(Stream source, long length) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;

    /// <summary>Whether a part could not be read.</summary>
    public bool Failed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>SHA-256 of what was read.</summary>
    public byte[] Hash() => _hash.GetHashAndReset();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancel = default)
    {
        var wanted = buffer[..(int)Math.Min(buffer.Length, length - _position)];
        if (wanted.Length == 0)
        {
            return 0;
        }

        var read = await ReadSourceAsync(wanted, cancel);
        if (read == 0)
        {
            Failed = true;
            wanted.Span.Clear();
            read = wanted.Length;
        }

        _hash.AppendData(wanted.Span[..read]);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancel) => ReadAsync(buffer.AsMemory(offset, count), cancel).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        source.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadSourceAsync(Memory<byte> buffer, CancellationToken cancel)
    {
        try
        {
            return Failed ? 0 : await source.ReadAsync(buffer, cancel);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
