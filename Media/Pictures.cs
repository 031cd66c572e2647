using NetVips;

namespace Postcard.Media;

/// <param name="Width">Pixels, upright.</param>
/// <param name="Height">Pixels, upright.</param>
internal sealed record Picture(int Width, int Height);

/// <summary>How much decoding goes on at once, and for how long.</summary>
/// <param name="Workers">Pictures decoded at once.</param>
/// <param name="Waiting">Pictures that wait for their turn; one more is refused.</param>
/// <param name="Time">For one picture, without waiting.</param>
internal sealed record PictureLimits(int Workers, int Waiting, TimeSpan Time)
{
    public static PictureLimits Default { get; } = new(Environment.ProcessorCount, 64, TimeSpan.FromSeconds(20));
}

/// <summary>Turns an untrusted picture into the two JPEG files that are served.</summary>
internal sealed class Pictures : IDisposable
{
    /// <summary>What any picture takes, measured: strips on their way, the large one's pixels and both files.</summary>
    private const long BytesPerJob = 20_000_000;

    private readonly PictureLimits _limits;
    private readonly WorkQueue _queue;
    private readonly long _budget;

    /// <param name="budgetBytes">What all decoding may take at once, estimated from the headers.</param>
    public Pictures(long budgetBytes, PictureLimits? limits = null)
    {
        _limits = limits ?? PictureLimits.Default;
        _budget = budgetBytes;
        _queue = new WorkQueue("pictures", _limits.Workers, _limits.Waiting, budgetBytes);
    }

    /// <summary>Pictures that wait or are worked on.</summary>
    public int Pending => _queue.Pending;

    /// <summary>Whether the next picture would be refused.</summary>
    public bool IsFull => _queue.IsFull;

    /// <summary>The codec and its version, as <c>libvips 8.18.2</c>; loads it when nothing has yet.</summary>
    public static string Codec => Vips.Use();

    /// <summary>
    /// Reads the file at <paramref name="source"/>, told by content, and writes JPEG files: large (long side at most 1600
    /// pixels) and small (at most 400), upright, sRGB, on white, without metadata, never enlarged.
    /// </summary>
    /// <returns>The size of the large picture.</returns>
    /// <exception cref="MediaException">Not taken; neither target exists then.</exception>
    /// <exception cref="IOException">The source cannot be read or a target not written; neither target exists then.</exception>
    public Task<Picture> MakeAsync(string source, string large, string small, CancellationToken cancel) =>
        MediaMeter.CountAsync("picture", () => QueueAsync(source, large, small, cancel));

    private async Task<Picture> QueueAsync(string source, string large, string small, CancellationToken cancel)
    {
        var header = PictureHeader.Read(source);
        var bytes = header.DecodeBytes + BytesPerJob;
        if (bytes > _budget)
        {
            throw new MediaException(MediaFault.TooManyPixels);
        }

        return await _queue.RunAsync(bytes, () => Make(header, source, large, small, cancel), cancel).ConfigureAwait(false);
    }

    public void Dispose() => _queue.Dispose();

    private Picture Make(PictureHeader header, string source, string large, string small, CancellationToken cancel)
    {
        Vips.Use();
        var job = new PictureJob(header, source, _limits.Time, cancel);
        try
        {
            var made = job.Run();
            Write((large, made.Large), (small, made.Small));
            return made.Picture;
        }
        catch (VipsException)
        {
            // libvips' text may name another user's file and stays here.
            cancel.ThrowIfCancellationRequested();
            throw new MediaException(job.TooSlow ? MediaFault.TooSlow : MediaFault.Damaged);
        }
    }

    private static void Write(params ReadOnlySpan<(string Path, byte[] Content)> files)
    {
        try
        {
            foreach (var (path, content) in files)
            {
                var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
                if (!OperatingSystem.IsWindows())
                {
                    options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                }

                using var stream = new FileStream(path, options);
                stream.Write(content);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            foreach (var (path, _) in files)
            {
                File.Delete(path);
            }

            throw;
        }
    }
}
