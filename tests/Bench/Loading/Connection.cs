using System.Net;
using System.Net.Sockets;

namespace Bench.Loading;

/// <summary>One keep-alive connection with one request on its way. Opened anew when the server closes it between two responses.</summary>
internal sealed class Connection(IPEndPoint address, Epoll epoll, int tag) : IDisposable
{
    private Socket _socket = Connect(address, epoll, tag);
    private byte[]? _request;

    public ResponseReader Response { get; } = new();

    /// <summary>Whether a response is awaited.</summary>
    public bool Busy => _request is not null;

    /// <summary>When the request was sent, in <see cref="System.Diagnostics.Stopwatch"/> ticks.</summary>
    public long Sent { get; set; }

    public void Send(byte[] request)
    {
        _request = request;
        Response.Restart();
        var sent = _socket.Send(request, SocketFlags.None, out var error);
        if (error is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            Reopen();
        }
        else if (sent != request.Length)
        {
            throw new InvalidOperationException($"A request of {request.Length} bytes does not fit into the socket's buffer ({error}).");
        }
    }

    /// <summary>Takes what has arrived.</summary>
    /// <returns>Whether the response is complete.</returns>
    public bool Receive(Span<byte> buffer)
    {
        var count = _socket.Receive(buffer, SocketFlags.None, out var error);
        if (error is SocketError.WouldBlock)
        {
            return false;
        }

        if (count == 0 || error is not SocketError.Success)
        {
            Reopen();
            return false;
        }

        if (!Response.Take(buffer[..count]))
        {
            return false;
        }

        _request = null;
        if (Response.Closes)
        {
            Reopen();
        }

        return true;
    }

    public void Dispose() => _socket.Dispose();

    private void Reopen()
    {
        if (Busy && Response.Length > 0)
        {
            throw new InvalidDataException("The server closed the connection within a response.");
        }

        _socket.Dispose();
        _socket = Connect(address, epoll, tag);
        if (_request is { } request)
        {
            Send(request);
        }
    }

    private static Socket Connect(IPEndPoint address, Epoll epoll, int tag)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(address);
        socket.Blocking = false;
        epoll.Watch((int)socket.Handle, tag);
        return socket;
    }
}
