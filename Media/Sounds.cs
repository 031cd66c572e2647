using Postcard.Media.Audio;

namespace Postcard.Media;

/// <param name="Format"><c>mp3</c>, <c>m4a</c> or <c>aac</c>: the format that is served, and the file extension.</param>
internal sealed record Sound(string Format, TimeSpan Duration);

/// <summary>Turns an untrusted recording into the file that is served.</summary>
internal sealed class Sounds : IDisposable
{
    /// <summary>Of those that wait for a core. A minute of sound takes 0.7 s at most, so on two cores the last one waits about 10 s.</summary>
    private const int QueueLength = 32;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    // A phone that stops by itself after ten minutes overshoots by a buffer, and the codec pads by some frames.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(0.5);

    private readonly SemaphoreSlim _cores = new(Environment.ProcessorCount);
    private int _pending;

    /// <summary>Sounds that wait or are worked on.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>Whether the next sound would be refused.</summary>
    public bool IsFull => Pending >= Environment.ProcessorCount + QueueLength;

    /// <summary>The encoder that was found, such as <c>LAME 3.100</c>; null without libmp3lame: then WAV is not taken, MP3 and AAC are.</summary>
    public static string? Codec => Lame.Version;

    /// <summary>
    /// Reads the file at <paramref name="source"/>, told by content, and writes <paramref name="target"/>: WAV becomes MP3, MP3 and
    /// AAC are kept as recorded, without tags.
    /// </summary>
    /// <exception cref="MediaException">Not taken; the target does not exist then.</exception>
    public Task<Sound> MakeAsync(string source, string target, CancellationToken cancel) =>
        MediaMeter.CountAsync("sound", () => QueueAsync(source, target, cancel));

    private async Task<Sound> QueueAsync(string source, string target, CancellationToken cancel)
    {
        try
        {
            if (Interlocked.Increment(ref _pending) > Environment.ProcessorCount + QueueLength)
            {
                throw new MediaException(MediaFault.Busy);
            }

            await _cores.WaitAsync(cancel);
            try
            {
                // A thread of its own: requests must not wait for a pool whose threads encode.
                return await Task.Factory.StartNew(
                    () => Make(source, target, cancel), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            finally
            {
                _cores.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
        }
    }

    public void Dispose() => _cores.Dispose();

    /// <summary>The duration, when it is one that is taken.</summary>
    internal static TimeSpan Checked(double seconds) => seconds switch
    {
        > 0 when seconds <= (Limit + Tolerance).TotalSeconds => TimeSpan.FromSeconds(seconds),
        > 0 => throw new MediaException(MediaFault.TooLong),
        _ => throw new MediaException(MediaFault.Damaged),
    };

    /// <summary>Does the work on the calling thread.</summary>
    internal static Sound Make(string source, string target, CancellationToken cancel)
    {
        using var file = File.OpenHandle(source);
        using var window = new Window(file);
        using var output = MediaFile.Create(target);
        try
        {
            var sound = SoundFormats.Detect(window, cancel) switch
            {
                SoundFormat.Wav => Wav.Encode(file, window, output, cancel),
                SoundFormat.Mp3 => Mp3.Copy(window, output, cancel),
                SoundFormat.Adts => Adts.Copy(window, output, cancel),
                _ => Mp4.Copy(window, output, cancel),
            };
            output.Flush();
            return sound;
        }
        catch
        {
            File.Delete(target);
            throw;
        }
    }
}
