using System.Reflection;
using System.Runtime.InteropServices;

namespace Postcard.Media.Audio;

/// <summary>The entry points of libmp3lame 3.100 that are used; see <c>include/lame.h</c> of its sources.</summary>
internal static unsafe partial class Lame
{
    private const string Library = "libmp3lame";

    private static readonly nint Loaded = Load();

    /// <summary>Such as <c>LAME 3.100</c>; null when the library was not found beside the program or in the system.</summary>
    public static string? Version { get; } = Loaded is 0 ? null : $"LAME {Marshal.PtrToStringUTF8(get_lame_version())}";

    // Debian's package has the file with the version only; a build may also bring it as plain libmp3lame.so.
    private static nint Load()
    {
        var assembly = typeof(Lame).Assembly;
        var found = TryLoad("libmp3lame.so.0", assembly, out var handle) || TryLoad("libmp3lame.so", assembly, out handle)
            ? handle : 0;
        NativeLibrary.SetDllImportResolver(assembly, (name, _, _) => name == Library ? found : 0);
        return found;
    }

    private static bool TryLoad(string name, Assembly assembly, out nint handle) =>
        NativeLibrary.TryLoad(name, assembly, searchPath: null, out handle);

    [LibraryImport(Library)]
    private static partial nint get_lame_version();

    [LibraryImport(Library)]
    public static partial nint lame_init();

    [LibraryImport(Library)]
    public static partial int lame_close(nint lame);

    [LibraryImport(Library)]
    public static partial int lame_set_in_samplerate(nint lame, int hertz);

    [LibraryImport(Library)]
    public static partial int lame_set_out_samplerate(nint lame, int hertz);

    [LibraryImport(Library)]
    public static partial int lame_set_num_channels(nint lame, int channels);

    [LibraryImport(Library)]
    public static partial int lame_set_mode(nint lame, int mode);

    [LibraryImport(Library)]
    public static partial int lame_set_brate(nint lame, int kilobits);

    [LibraryImport(Library)]
    public static partial int lame_set_quality(nint lame, int quality);

    [LibraryImport(Library)]
    public static partial int lame_set_errorf(nint lame, nint report);

    [LibraryImport(Library)]
    public static partial int lame_set_debugf(nint lame, nint report);

    [LibraryImport(Library)]
    public static partial int lame_set_msgf(nint lame, nint report);

    [LibraryImport(Library)]
    public static partial int lame_init_params(nint lame);

    [LibraryImport(Library)]
    public static partial int lame_encode_buffer(nint lame, short* left, short* right, int frames, byte* target, int size);

    [LibraryImport(Library)]
    public static partial int lame_encode_buffer_interleaved(nint lame, short* samples, int frames, byte* target, int size);

    [LibraryImport(Library)]
    public static partial int lame_encode_buffer_ieee_float(nint lame, float* left, float* right, int frames, byte* target, int size);

    [LibraryImport(Library)]
    public static partial int lame_encode_buffer_interleaved_ieee_float(nint lame, float* samples, int frames, byte* target, int size);

    [LibraryImport(Library)]
    public static partial int lame_encode_flush(nint lame, byte* target, int size);

    [LibraryImport(Library)]
    public static partial nuint lame_get_lametag_frame(nint lame, byte* target, nuint size);
}
