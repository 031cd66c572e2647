namespace Postcard.Storage.Archives;

/// <param name="Path">Within the data directory.</param>
internal readonly record struct NamedFile(string Path, Blob Blob);

/// <summary>Reads out of a copy of the database which files its records name.</summary>
internal sealed class Snapshot(DatabaseCopy copy, MediaFiles files)
{
    private const int PageSize = 100;

    private readonly HashSet<string> _templateFiles = new(StringComparer.Ordinal);
    private int _users;
    private int _cards;
    private int _templates;
    private int _uploads;

    /// <summary>How many records were seen; complete after <see cref="CountAsync"/> and <see cref="FilesAsync"/>.</summary>
    public ArchiveCounts Counts => new(_users, _cards, _templates, _uploads);

    /// <summary>Counts the users and what their media and the templates' take, without a look at each card.</summary>
    public async Task<long> CountAsync()
    {
        var bytes = 0L;
        await foreach (var user in copy.AllAsync(User.Table, PageSize))
        {
            _users++;
            bytes += User.FromBson(user).Bytes;
        }

        await foreach (var upload in copy.AllAsync(Upload.Table, PageSize))
        {
            bytes += Upload.FromBson(upload).Blobs.Bytes;
        }

        await foreach (var template in copy.AllAsync(Template.Table, PageSize))
        {
            bytes += Template.FromBson(template).Blobs.Bytes;
        }

        return bytes;
    }

    /// <summary>Every file that a record names, each once.</summary>
    public async IAsyncEnumerable<NamedFile> FilesAsync()
    {
        await foreach (var document in copy.AllAsync(Template.Table, PageSize))
        {
            _templates++;
            var template = Template.FromBson(document);
            foreach (var file in OfTemplate(template.Id, template.Blobs))
            {
                yield return file;
            }
        }

        await foreach (var document in copy.AllAsync(Upload.Table, PageSize))
        {
            _uploads++;
            var upload = Upload.FromBson(document);
            foreach (var blob in upload.Blobs.All)
            {
                yield return new(Relative(Path.Combine(files.TempDirectory(upload.Uid), blob.Name)), blob);
            }
        }

        await foreach (var document in copy.AllAsync(Card.Table, PageSize))
        {
            _cards++;
            foreach (var file in OfCard(Card.FromBson(document)))
            {
                yield return file;
            }
        }
    }

    private IEnumerable<NamedFile> OfCard(Card card)
    {
        foreach (var blob in card.OwnBlobs.All)
        {
            yield return new(Relative(Path.Combine(files.CardDirectory(card.Uid, card.Id), blob.Name)), blob);
        }

        // Those of templates that were changed or removed since.
        var picture = card.Template is { } template ? OfTemplate(template, card.Blobs with { Audio = null }) : [];
        var sound = card.AudioTemplate is { } audio ? OfTemplate(audio, new(null, null, card.Blobs.Audio)) : [];
        foreach (var file in picture.Concat(sound))
        {
            yield return file;
        }
    }

    private IEnumerable<NamedFile> OfTemplate(int id, BlobSet blobs) => blobs.All
        .Select(blob => new NamedFile(Relative(Path.Combine(files.TemplateDirectory(id), blob.Name)), blob))
        .Where(file => _templateFiles.Add(file.Path));

    private string Relative(string path) => Path.GetRelativePath(files.Root, path);
}
