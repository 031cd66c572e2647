namespace Postcard.Media.Audio;

/// <summary>The header in front of each frame of a stream that has no other structure.</summary>
internal interface IFrameHeader<TSelf> where TSelf : struct, IFrameHeader<TSelf>
{
    /// <summary>Of the frame, header included, in bytes.</summary>
    int Size { get; }

    /// <summary>Per channel.</summary>
    int Samples { get; }

    int SampleRate { get; }

    /// <summary>Whether a frame like this may follow one like <paramref name="other"/>.</summary>
    bool Continues(TSelf other);

    static abstract bool TryRead(ReadOnlySpan<byte> bytes, out TSelf header);
}

/// <summary>
/// Walks the frames of an MP3 or ADTS stream and steps over what is none: tags of any size, and junk within a bound. Found
/// sync counts only when more frames follow at the right places, since sync words occur in any data.
/// </summary>
/// <param name="end">Where the tags at the end of the file begin.</param>
internal sealed class FrameWalker<T>(Window file, long end, CancellationToken cancel) where T : struct, IFrameHeader<T>
{
    /// <summary>The longest stretch that is neither frame nor tag, in bytes.</summary>
    public const int MaxJunk = 128 * 1024;

    // Three of the longest frames, so that looking ahead does not move the window to and fro.
    private const int Lookahead = 3 * 8192;

    private const int MaxHeader = 9;

    private T? _first;
    private long _next;
    private bool _inSync;

    /// <summary>Of the frame that <see cref="MoveNext"/> found.</summary>
    public long Offset { get; private set; }

    public T Header { get; private set; }

    /// <summary>The whole frame. Valid until the next move.</summary>
    public ReadOnlySpan<byte> Frame => file.Read(Offset, Header.Size);

    /// <summary>Whether the walk ended at more junk than is tolerated.</summary>
    public bool GaveUp { get; private set; }

    /// <summary>Finds the next whole frame; one that the end of the file cuts counts as none.</summary>
    public bool MoveNext()
    {
        var junkFrom = _next;
        while (_next < end && !GaveUp)
        {
            cancel.ThrowIfCancellationRequested();
            var bytes = file.Peek(_next, (int)Math.Min(Lookahead, end - _next));
            if (IsFrame(bytes, out var header))
            {
                Offset = _next;
                Header = header;
                _first ??= header;
                _inSync = true;
                _next += header.Size;
                return _next <= end;
            }

            _inSync = false;
            if (Tags.SizeAtFront(bytes) is > 0 and var tag)
            {
                _next += tag;
                junkFrom = _next;
                continue;
            }

            var step = bytes[1..].IndexOfAny((byte)0xFF, (byte)'I');
            _next += step < 0 ? bytes.Length : step + 1;
            GaveUp = _next - junkFrom > MaxJunk;
        }

        return false;
    }

    private bool IsFrame(ReadOnlySpan<byte> bytes, out T header) =>
        T.TryRead(bytes, out header)
        && (_first is not { } first || header.Continues(first))
        && (_inSync || HasFollowers(bytes, header, _first is null ? 2 : 1));

    // Near the end of the file fewer will do.
    private static bool HasFollowers(ReadOnlySpan<byte> bytes, T header, int count)
    {
        var at = header.Size;
        for (var i = 0; i < count && bytes.Length - at >= MaxHeader; i++)
        {
            if (!T.TryRead(bytes[at..], out var next) || !next.Continues(header))
            {
                return false;
            }

            at += next.Size;
        }

        return header.Size <= bytes.Length;
    }
}
