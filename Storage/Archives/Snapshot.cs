namespace Postcard.Storage.Archives;

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
        foreach (var table in new[] { Template.Table, Upload.Table, Card.Table })
        {
            await foreach (var document in copy.AllAsync(table, PageSize))
            {
                Count(table);
                foreach (var file in NamedFiles.Of(files, table, document).Where(file => !file.Shared || _templateFiles.Add(file.Path)))
                {
                    yield return file;
                }
            }
        }
    }

    private void Count(string table) => _ = table switch
    {
        Template.Table => _templates++,
        Upload.Table => _uploads++,
        _ => _cards++,
    };
}
