using LiteDB;

namespace Postcard.Storage;

/// <param name="Shared">Whether other records may name it too: a template's.</param>
internal readonly record struct NamedFile(string Path, Blob Blob, bool Shared);

/// <summary>Which files a record names.</summary>
internal static class NamedFiles
{
    public static IEnumerable<NamedFile> Of(MediaFiles files, string table, BsonDocument document) => table switch
    {
        Template.Table => Of(files, Template.FromBson(document)),
        Upload.Table => Of(files, Upload.FromBson(document)),
        Card.Table => Of(files, Card.FromBson(document)),
        _ => [],
    };

    public static IEnumerable<NamedFile> Of(MediaFiles files, Template template) => OfTemplate(files, template.Id, template.Blobs);

    public static IEnumerable<NamedFile> Of(MediaFiles files, Upload upload) =>
        upload.Blobs.All.Select(blob => new NamedFile(Path.Combine(files.TempDirectory(upload.Uid), blob.Name), blob, Shared: false));

    public static IEnumerable<NamedFile> Of(MediaFiles files, Card card)
    {
        var own = card.OwnBlobs.All.Select(blob => new NamedFile(Path.Combine(files.CardDirectory(card.Uid, card.Id), blob.Name), blob, Shared: false));
        var picture = card.Template is { } template ? OfTemplate(files, template, card.Blobs with { Audio = null }) : [];
        var sound = card.AudioTemplate is { } audio ? OfTemplate(files, audio, new(null, null, card.Blobs.Audio)) : [];
        return own.Concat(picture).Concat(sound);
    }

    private static IEnumerable<NamedFile> OfTemplate(MediaFiles files, int id, BlobSet blobs) =>
        blobs.All.Select(blob => new NamedFile(Path.Combine(files.TemplateDirectory(id), blob.Name), blob, Shared: true));
}
