using System.Runtime.InteropServices;

namespace Postcard.Media;

/// <summary>The C library's allocator, which the codecs use.</summary>
internal static partial class NativeMemory
{
    private const int ArenaMax = -8;

    /// <summary>
    /// Two heaps instead of eight per core: threads that come and go would each leave their own half-empty one behind.
    /// Call it first thing in <c>Main</c>, before any thread has its heap.
    /// </summary>
    public static void LimitArenas()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetOption(ArenaMax, 2);
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int parameter, int value);
}
