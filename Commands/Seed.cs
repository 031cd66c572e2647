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

        // Drawn at the same time, added in order, so that the ids are the same everywhere.
        var drawn = BuiltInPack.All.Select(template => Task.Run(() => Draw(app, template))).ToList();
        foreach (var draw in drawn)
        {
            var (title, image, sound) = await draw;
            var source = await TemplateMaker.SourceOfAsync(image, sound, CancellationToken.None);
            await TemplateMaker.AddAsync(app, title, image, sound, source, CancellationToken.None);
            File.Delete(image);
            if (sound is not null)
            {
                File.Delete(sound);
            }
        }
    }

    private static (string Title, string Image, string? Sound) Draw(App app, BuiltInTemplate template)
    {
        var image = MediaFiles.NewIncoming(app.Store.Files.Templates);
        template.WriteImage(image);
        if (template.WriteSound is not { } write)
        {
            return (template.Title, image, null);
        }

        var sound = MediaFiles.NewIncoming(app.Store.Files.Templates);
        write(sound);
        return (template.Title, image, sound);
    }
}
