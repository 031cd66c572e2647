using System.Buffers.Binary;
using System.Text;
using Postcard.Media;

namespace Postcard.Commands.Checkup;

/// <summary>Makes a picture and a sound of nothing, in a temporary directory, as uploads are made.</summary>
internal static class MediaChecks
{
    private const string PictureCheck = "pictures", SoundCheck = "sounds";
    private const int Rate = 16_000;

    // 16 × 16 pixels in colour.
    private const string Png =
        "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAHUlEQVR42mNgcGiAowAktAAJfUBCDKMaRjUMXw0AJsc4EMm0EwkAAAAASUVORK5CYII=";

    public static async Task<IReadOnlyList<Finding>> RunAsync(Settings settings, CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("postcard-doctor-");
        try
        {
            return [await PictureAsync(directory.FullName, settings, cancel), await SoundAsync(directory.FullName, cancel)];
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<Finding> PictureAsync(string directory, Settings settings, CancellationToken cancel)
    {
        var (source, large, small) = (Path.Combine(directory, "source"), Path.Combine(directory, "large"), Path.Combine(directory, "small"));
        try
        {
            await File.WriteAllBytesAsync(source, Convert.FromBase64String(Png), cancel);
            using var pictures = new Pictures(settings.MediaMegabytes * 1024L * 1024);
            await pictures.MakeAsync(source, large, small, cancel);

            // What came out is a JPEG: it goes in once more.
            await pictures.MakeAsync(large, source, small, cancel);
            return Finding.Ok(PictureCheck, $"{Pictures.Codec} reads and writes them");
        }
        catch (Exception e) when (e is MediaException or IOException or DllNotFoundException or TypeInitializationException)
        {
            return Finding.Failed(PictureCheck, $"a test picture failed ({e.GetType().Name}): unpack the program anew by removing the directory that DOTNET_BUNDLE_EXTRACT_BASE_DIR names, or ~/.net");
        }
    }

    private static async Task<Finding> SoundAsync(string directory, CancellationToken cancel)
    {
        if (Sounds.Codec is not { } codec)
        {
            return Finding.Warning(SoundCheck, "libmp3lame is missing, so WAV is refused: use the published file, which brings it, or apt-get install libmp3lame0");
        }

        var source = Path.Combine(directory, "wav");
        try
        {
            await File.WriteAllBytesAsync(source, Wav(), cancel);
            using var sounds = new Sounds();
            var sound = await sounds.MakeAsync(source, Path.Combine(directory, "mp3"), cancel);
            return Finding.Ok(SoundCheck, $"{codec} made {sound.Format.ToUpperInvariant()} of WAV");
        }
        catch (Exception e) when (e is MediaException or IOException)
        {
            return Finding.Failed(SoundCheck, $"a test sound failed ({e.GetType().Name}): unpack the program anew by removing the directory that DOTNET_BUNDLE_EXTRACT_BASE_DIR names, or ~/.net");
        }
    }

    /// <summary>A quarter of a second, 16-bit mono.</summary>
    private static byte[] Wav()
    {
        const int Samples = Rate / 4, Head = 44;
        var file = new byte[Head + (2 * Samples)];
        Encoding.ASCII.GetBytes("RIFF....WAVEfmt ....................data").CopyTo(file, 0);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), Rate);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), 2 * Rate);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), 16);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), 2 * Samples);
        for (var i = 0; i < Samples; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(Head + (2 * i)), (short)(8000 * Math.Sin(i * 0.17)));
        }

        return file;
    }
}
