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

        // Drawn one per core, added in order, so that the ids are the same everywhere.
        var drawn = await Task.Run(() => BuiltInPack.All.AsParallel().AsOrdered().Select(template => Draw(app, template)).ToList());
        foreach (var (title, image, sound) in drawn)
        {
            var source = await TemplateMaker.SourceOfAsync(image, sound, CancellationToken.None);
            await TemplateMaker.AddAsync(app, title, image, sound, source, CancellationToken.None);
            File.Delete(image);
            if (sound is not null)
            {
                File.Delete(sound);
            }
        }

        NativeMemory.Trim();
    }

    private static (string Title, string Image, string? Sound) Draw(App app, BuiltInTemplate template)
    {
        var image = MediaFiles.NewIncoming(app.Store.Files.Templates);
        template.WriteImage(image);

        // The canvas, 24 MB, lies in the large object heap, which nothing else would make the collector look at: seeding left 260 MB resident, now 60.
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
