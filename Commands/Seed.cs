using Postcard.Endpoints;
using Postcard.Media;
using Postcard.Storage;

namespace Postcard.Commands;

/// <summary>Gives an empty store the built-in templates, so that a first start has something to show.</summary>
internal static class Seed
{
    public static async Task RunAsync(App app)
    {
        if (app.Store.Templates.All.Any())
        {
            return;
        }

        // A few at the same time, each costs 35 MB while it is drawn; added in order, so that the ids are the same everywhere.
        using var drawing = new SemaphoreSlim(Math.Min(Environment.ProcessorCount, 2));
        foreach (var draw in BuiltInPack.All.Select(template => DrawAsync(app, template, drawing)).ToList())
        {
            var (title, image, sound) = await draw;
            var source = await TemplateMaker.SourceOfAsync(image, sound, CancellationToken.None);
            await TemplateMaker.AddAsync(app, title, image, sound, source, by: null, key: null, CancellationToken.None);
            File.Delete(image);
            if (sound is not null)
            {
                File.Delete(sound);
            }
        }

        NativeMemory.Trim();
    }

    private static async Task<(string Title, string Image, string? Sound)> DrawAsync(App app, BuiltInTemplate template, SemaphoreSlim drawing)
    {
        await drawing.WaitAsync();
        try
        {
            return await Task.Run(() => Draw(app, template));
        }
        finally
        {
            drawing.Release();
        }
    }

    private static (string Title, string Image, string? Sound) Draw(App app, BuiltInTemplate template)
    {
        var image = MediaFiles.NewIncoming(app.Store.Files.Templates);
        template.WriteImage(image);

        // The canvas, 24 MB, is a large object: not collected before the next, all eight add up to a peak of 300 MB instead of 180,
        // and stay resident in the server that starts now.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (template.WriteSound is not { } write)
        {
            return (template.Title, image, null);
        }

        var sound = MediaFiles.NewIncoming(app.Store.Files.Templates);
        write(sound);
        return (template.Title, image, sound);
    }
}
