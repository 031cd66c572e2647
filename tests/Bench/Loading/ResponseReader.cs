using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Bench.Loading;

/// <summary>Follows one HTTP/1.1 response after the other through the bytes of a connection, and keeps no more than it must.</summary>
internal sealed class ResponseReader
{
    private enum Part { Head, Body, ChunkSize, ChunkData, ChunkEnd, Trailer }

    private static readonly SearchValues<byte> LineEnd = SearchValues.Create("\n"u8);

    private readonly byte[] _line = new byte[16 * 1024];
    private int _lineLength;
    private long _left;
    private Part _part;

    public int Status { get; private set; }

    /// <summary>Whether the server said that it will close the connection.</summary>
    public bool Closes { get; private set; }

    /// <summary>The bytes of the response's body.</summary>
    public long Length { get; private set; }

    /// <summary>Where the body goes when somebody wants it.</summary>
    public MemoryStream? Sample { get; set; }

    public void Restart()
    {
        (_part, _lineLength, Length) = (Part.Head, 0, 0);
        Sample?.SetLength(0);
    }

    /// <returns>Whether the response is complete.</returns>
    /// <exception cref="InvalidDataException">Not HTTP, or more than one response.</exception>
    public bool Take(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            if (Step(ref bytes))
            {
                return bytes.IsEmpty ? true : throw new InvalidDataException("Bytes after the end of a response.");
            }

            if (bytes.IsEmpty)
            {
                return false;
            }
        }
    }

    private bool Step(ref ReadOnlySpan<byte> bytes)
    {
        switch (_part)
        {
            case Part.Head:
                return TakeHead(ref bytes);
            case Part.Body:
                return Skip(ref bytes);
            case Part.ChunkData:
                if (Skip(ref bytes))
                {
                    _part = Part.ChunkEnd;
                }

                return false;
            default:
                return TakeLine(ref bytes, out var line) && EndOfChunks(line);
        }
    }

    private bool TakeHead(ref ReadOnlySpan<byte> bytes)
    {
        var end = _lineLength == 0 ? bytes.IndexOf("\r\n\r\n"u8) : -1;
        if (end >= 0)
        {
            var head = bytes[..(end + 2)];
            bytes = bytes[(end + 4)..];
            return Begin(head);
        }

        var before = _lineLength;
        bytes.CopyTo(_line.AsSpan(before));
        end = _line.AsSpan(0, before + bytes.Length).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            _lineLength += bytes.Length;
            bytes = default;
            return false;
        }

        _lineLength = 0;
        bytes = bytes[(end + 4 - before)..];
        return Begin(_line.AsSpan(0, end + 2));
    }

    private bool Begin(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..], out int status, out _))
        {
            throw new InvalidDataException($"Not HTTP: {Encoding.Latin1.GetString(head)}");
        }

        Status = status;
        Closes = Field(head, "\r\nConnection: "u8, "\r\nconnection: "u8).StartsWith("close"u8);
        var length = Field(head, "\r\nContent-Length: "u8, "\r\ncontent-length: "u8);
        if (length.IsEmpty)
        {
            var coding = Field(head, "\r\nTransfer-Encoding: "u8, "\r\ntransfer-encoding: "u8);
            _part = coding.StartsWith("chunked"u8) ? Part.ChunkSize : throw new InvalidDataException("A response of unknown length.");
            return false;
        }

        _left = Utf8Parser.TryParse(length, out long value, out _) ? value : throw new InvalidDataException("Content-Length is no number.");
        _part = Part.Body;
        return _left == 0;
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name, ReadOnlySpan<byte> lower)
    {
        var at = head.IndexOf(name);
        at = at < 0 ? head.IndexOf(lower) : at;
        return at < 0 ? default : head[(at + name.Length)..];
    }

    private bool Skip(ref ReadOnlySpan<byte> bytes)
    {
        var taken = (int)Math.Min(_left, bytes.Length);
        Sample?.Write(bytes[..taken]);
        Length += taken;
        _left -= taken;
        bytes = bytes[taken..];
        return _left == 0;
    }

    private bool TakeLine(ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> line)
    {
        var end = bytes.IndexOfAny(LineEnd);
        var part = end < 0 ? bytes : bytes[..end];
        part.CopyTo(_line.AsSpan(_lineLength));
        _lineLength += part.Length;
        bytes = bytes[(end < 0 ? part.Length : end + 1)..];
        line = _line.AsSpan(0, _lineLength).TrimEnd((byte)'\r');
        if (end < 0)
        {
            return false;
        }

        _lineLength = 0;
        return true;
    }

    /// <returns>Whether the last chunk and its trailer are over.</returns>
    private bool EndOfChunks(ReadOnlySpan<byte> line)
    {
        switch (_part)
        {
            case Part.ChunkSize:
                _left = Utf8Parser.TryParse(line, out long size, out _, 'x') ? size : throw new InvalidDataException("A chunk without size.");
                _part = size > 0 ? Part.ChunkData : Part.Trailer;
                return false;
            case Part.ChunkEnd:
                _part = Part.ChunkSize;
                return false;
            default:
                return line.IsEmpty;
        }
    }
}
