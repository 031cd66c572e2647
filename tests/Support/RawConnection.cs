using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Postcard.Tests.Support;

/// <summary>A TCP connection that says exactly what the test says, for what a proper HTTP client would never send.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly CancellationTokenSource _giveUp = new(Patience);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    private RawConnection(Socket socket) => (_socket, _stream) = (socket, new(socket, ownsSocket: true));

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Parse(address.Host), address.Port);
        return new(socket);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes, _giveUp.Token);

    /// <summary>Says that nothing more will be sent.</summary>
    public void FinishSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Drops the connection with a reset, as a phone out of reach does.</summary>
    public void Reset()
    {
        _socket.LingerState = new(true, 0);
        _socket.Dispose();
    }

    /// <param name="head">The reply answers a HEAD: it has a length and no body.</param>
    public async Task<RawReply> ReadAsync(bool head = false)
    {
        var status = await LineAsync() ?? throw new EndOfStreamException("The server closed the connection without a reply.");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await LineAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':');
            headers.Add(line[..colon], line[(colon + 1)..].Trim());
        }

        var code = int.Parse(status.Split(' ')[1]);
        var bodyless = head || code is 204 or 304 || code < 200;
        var length = headers.TryGetValue("Content-Length", out var text) ? int.Parse(text) : 0;
        return new(code, headers, bodyless ? [] : await BytesAsync(length));
    }

    /// <summary>All that still comes until the server closes; empty too when it resets.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        var all = new MemoryStream();
        all.Write(_buffer, _start, _end - _start);
        _start = _end = 0;
        try
        {
            await _stream.CopyToAsync(all, _giveUp.Token);
        }
        catch (IOException)
        {
            // Reset: the end as well.
        }

        return all.ToArray();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _giveUp.Dispose();
    }

    private async Task<string?> LineAsync()
    {
        var line = new List<byte>();
        while (await FillAsync())
        {
            var next = _buffer[_start++];
            if (next == '\n')
            {
                return Encoding.Latin1.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(next);
        }

        return line.Count == 0 ? null : throw new EndOfStreamException("The reply ends within a line.");
    }

    private async Task<byte[]> BytesAsync(int count)
    {
        var body = new byte[count];
        for (var read = 0; read < count;)
        {
            if (!await FillAsync())
            {
                throw new EndOfStreamException("The reply ends within its body.");
            }

            var part = Math.Min(count - read, _end - _start);
            _buffer.AsSpan(_start, part).CopyTo(body.AsSpan(read));
            (_start, read) = (_start + part, read + part);
        }

        return body;
    }

    private async Task<bool> FillAsync()
    {
        if (_start == _end)
        {
            _start = 0;
            _end = await _stream.ReadAsync(_buffer, _giveUp.Token);
        }

        return _end > 0;
    }
}

internal sealed record RawReply(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public System.Text.Json.JsonElement Json => System.Text.Json.JsonDocument.Parse(Body).RootElement;

    public string? Reason => Json.GetProperty("data").GetProperty("reason").GetString();

    public string? this[string header] => Headers.GetValueOrDefault(header);
}
