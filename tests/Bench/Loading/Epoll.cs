using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Bench.Loading;

/// <summary>Waits for many sockets on one thread: .NET's own asynchronous sockets cost the two cores more than the server under test.</summary>
internal sealed unsafe partial class Epoll : IDisposable
{
    private const int Add = 1;
    private const int Readable = 1;
    private const int Interrupted = 4;

    /// <summary><c>struct epoll_event</c> is packed on x64 and nowhere else.</summary>
    private static readonly (int Size, int Data) Layout =
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? (12, 4) : (16, 8);

    private readonly int _epoll = Check(Create(0));
    private readonly byte[] _events = new byte[64 * Layout.Size];

    public void Watch(int socket, int tag)
    {
        var entry = stackalloc byte[16];
        *(int*)entry = Readable;
        *(long*)(entry + Layout.Data) = tag;
        Check(Control(_epoll, Add, socket, entry));
    }

    /// <summary>Fills <paramref name="tags"/> (at least 64) with those that can be read.</summary>
    /// <returns>How many; 0 when the time is over.</returns>
    public int Wait(Span<int> tags, int milliseconds)
    {
        fixed (byte* events = _events)
        {
            var count = Wait(_epoll, events, 64, milliseconds);
            if (count < 0 && Marshal.GetLastPInvokeError() is Interrupted)
            {
                return 0;
            }

            Check(count);
            for (var i = 0; i < count; i++)
            {
                tags[i] = (int)*(long*)(events + i * Layout.Size + Layout.Data);
            }

            return count;
        }
    }

    public void Dispose() => Close(_epoll);

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(int epoll, int operation, int socket, byte* entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(int epoll, byte* events, int room, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int epoll);
}
