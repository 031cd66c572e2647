using Microsoft.Win32.SafeHandles;

namespace Postcard.Media.Audio;

internal static class Wav
{
    /// <summary>Encodes a WAV file to MP3 at the same loudness; two equal channels become one.</summary>
    /// <exception cref="MediaException">Not taken, or LAME is missing.</exception>
    public static Sound Encode(SafeFileHandle file, Window window, Stream target, CancellationToken cancel)
    {
        var header = WavHeader.Read(window);
        var duration = Sounds.Checked((double)header.Frames / header.SampleRate);
        if (Lame.Version is null)
        {
            throw new MediaException(MediaFault.Unsupported);
        }

        using var reader = new WavReader(file, header);
        var mono = header.Channels == 2 && reader.ChannelsAreEqual(cancel);
        using var encoder = new Mp3Encoder(target, header.SampleRate, header.Channels, mono);
        for (var frame = 0L; frame < header.Frames; frame += WavReader.BlockFrames)
        {
            cancel.ThrowIfCancellationRequested();
            if (reader.IsShort)
            {
                encoder.Write(reader.ReadShorts(frame));
            }
            else
            {
                encoder.Write(reader.ReadFloats(frame));
            }
        }

        encoder.Finish();
        return new Sound("mp3", duration);
    }
}
