using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Postcard.Endpoints.Http;

namespace Postcard.Commands.Checkup;

/// <summary>The server that answers on a data directory's control socket. Looking at it asks it nothing.</summary>
/// <param name="User">The user id it runs as.</param>
internal sealed record RunningServer(int Process, uint User)
{
    private const int SocketLevel = 1, PeerCredentials = 17;

    /// <summary>Null when no server runs there, or none that this user may reach.</summary>
    public static async Task<RunningServer?> FindAsync(string data, CancellationToken cancel)
    {
        try
        {
            await using var stream = (NetworkStream)await ControlSocket.ConnectAsync(data, cancel);
            var peer = new byte[3 * sizeof(int)];
            stream.Socket.GetRawSocketOption(SocketLevel, PeerCredentials, peer);
            return new(MemoryMarshal.Read<int>(peer), MemoryMarshal.Read<uint>(peer.AsSpan(sizeof(int))));
        }
        catch (Exception e) when (e is SocketException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Its soft limit of open files; null when that may not be seen.</summary>
    public long? OpenFileLimit()
    {
        try
        {
            const string Name = "Max open files";
            var line = File.ReadLines($"/proc/{Process}/limits").First(line => line.StartsWith(Name, StringComparison.Ordinal));
            var soft = line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            return long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : long.MaxValue;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
