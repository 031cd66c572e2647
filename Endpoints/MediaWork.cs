using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>Takes a file as it arrived to the files that are served, in the directory where they shall lie.</summary>
internal static class MediaWork
{
    /// <param name="unique">Names that no other file has, where equal content must not mean the same file.</param>
    /// <returns>Picture and thumbnail; the caller syncs the directory and names them in a record.</returns>
    public static async Task<BlobSet> PictureAsync(App app, string source, string directory, bool unique, CancellationToken cancel)
    {
        var (large, small) = (MediaFiles.NewIncoming(directory), MediaFiles.NewIncoming(directory));
        try
        {
            var picture = await app.Pictures.MakeAsync(source, large, small, cancel);
            var now = app.Time.GetUtcNow();
            var image = MediaFiles.Adopt(large, directory, "image", "jpg", unique, now) with { Width = picture.Width, Height = picture.Height };
            return new(image, MediaFiles.Adopt(small, directory, "mini_image", "jpg", unique, now), null);
        }
        finally
        {
            MediaFiles.DeleteIncoming(large);
            MediaFiles.DeleteIncoming(small);
        }
    }

    /// <inheritdoc cref="PictureAsync"/>
    public static async Task<BlobSet> SoundAsync(App app, string source, string directory, bool unique, CancellationToken cancel)
    {
        var target = MediaFiles.NewIncoming(directory);
        try
        {
            var sound = await app.Sounds.MakeAsync(source, target, cancel);
            var blob = MediaFiles.Adopt(target, directory, "audio", sound.Format, unique, app.Time.GetUtcNow());
            return new(null, null, blob with { Duration = (long)sound.Duration.TotalMilliseconds });
        }
        finally
        {
            MediaFiles.DeleteIncoming(target);
        }
    }
}
