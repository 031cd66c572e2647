using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Postcard.Endpoints.Http;

/// <summary>Marks the connections that came through the control socket.</summary>
internal sealed class ControlConnection
{
    public static readonly ControlConnection Instance = new();
}

/// <summary>
/// The Unix socket in the data directory through which the command line speaks HTTP with the running server. Whoever may open it
/// (mode 0600) is an admin.
/// </summary>
internal sealed partial class ControlSocket : IDisposable
{
    private const string Name = "postcard.sock";

    // sockaddr_un.sun_path, with its closing zero.
    private const int AddressBytes = 108;

    private readonly SafeFileHandle? _directory;

    private ControlSocket(string data)
    {
        Path = PathIn(data);
        var address = Path;
        if (Encoding.UTF8.GetByteCount(address) >= AddressBytes)
        {
            _directory = OpenDirectory(System.IO.Path.GetDirectoryName(Path)!);
            address = $"/proc/self/fd/{_directory.DangerousGetHandle()}/{Name}";
        }

        EndPoint = new UnixDomainSocketEndPoint(address);
    }

    public string Path { get; }

    /// <summary>The socket's address; for a path longer than the system takes, one through a handle of its directory, valid until disposal.</summary>
    public UnixDomainSocketEndPoint EndPoint { get; }

    public static string PathIn(string data) => System.IO.Path.Combine(System.IO.Path.GetFullPath(data), Name);

    /// <summary>For the server: makes room for the socket.</summary>
    public static ControlSocket Open(string data)
    {
        Directory.CreateDirectory(data);
        var socket = new ControlSocket(data);
        File.Delete(socket.Path);
        return socket;
    }

    /// <summary>For clients; fits <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="SocketException">No server runs on this directory.</exception>
    public static async ValueTask<Stream> ConnectAsync(string data, CancellationToken cancel)
    {
        using var control = new ControlSocket(data);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(control.EndPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Only the server's own user may connect. Until this is called the directory's mode (0700) keeps others out.</summary>
    public void Protect() => File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    public void Dispose() => _directory?.Dispose();

    private static SafeFileHandle OpenDirectory(string path)
    {
        const int readOnly = 0, closeOnExec = 0x80000;
        var handle = OpenPath(path, readOnly | closeOnExec);
        return handle.IsInvalid
            ? throw new DirectoryNotFoundException($"Cannot open the data directory (error {Marshal.GetLastPInvokeError()}).")
            : handle;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenPath(string path, int flags);
}
