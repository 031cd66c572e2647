using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>Makes a template out of files, for the handlers and for the built-in pack.</summary>
internal static class TemplateMaker
{
    /// <summary>The template with this title that was made from these very files, if there is one.</summary>
    public static Template? FindSame(App app, string title, string source) =>
        app.Store.Templates.All.FirstOrDefault(template => template.Title == title && template.Source == source);

    /// <param name="source">Hash of the files, from <see cref="SourceOfAsync"/>.</param>
    /// <param name="by">Who does it, for the log; null for the built-in pack.</param>
    /// <param name="key">The Idempotency-Key, if there is one.</param>
    /// <exception cref="Media.MediaException">A file is not taken; no template is made.</exception>
    public static async Task<Template> AddAsync(App app, string title, string image, string? audio, string source, string? by, string? key, CancellationToken cancel)
    {
        var id = await app.Store.Templates.ReserveAsync();
        try
        {
            return await app.Store.Templates.AddAsync(id, title, await BlobsAsync(app, id, image, audio, cancel), source, by, key);
        }
        catch (Exception e) when (e is Media.MediaException or StorageFullException or OperationCanceledException)
        {
            app.Store.Files.DeleteDirectory(app.Store.Files.TemplateDirectory(id));
            throw;
        }
    }

    /// <summary>Makes the media that are given, in the template's directory.</summary>
    public static async Task<BlobSet> BlobsAsync(App app, int id, string? image, string? audio, CancellationToken cancel)
    {
        var directory = app.Store.Files.TemplateDirectory(id);
        var picture = image is null ? BlobSet.None : await MediaWork.PictureAsync(app, image, directory, unique: false, cancel);
        var sound = audio is null ? BlobSet.None : await MediaWork.SoundAsync(app, audio, directory, unique: false, cancel);
        return picture with { Audio = sound.Audio };
    }

    /// <summary>What the media are made from, to know the same import again.</summary>
    public static async Task<string> SourceOfAsync(string? image, string? audio, CancellationToken cancel)
    {
        var hashes = new List<string>();
        foreach (var path in new[] { image, audio }.OfType<string>())
        {
            hashes.Add(await MediaFiles.HashAsync(path, cancel));
        }

        return string.Join('+', hashes);
    }
}
