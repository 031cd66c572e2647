namespace Postcard.Storage;

/// <summary>
/// Finds files that no record names: what a crash left between file and record, and the files of templates that were changed or removed
/// once no card shows them. Younger ones may belong to a change under way and are left alone.
/// </summary>
internal sealed class Orphans(MediaFiles files, Database database, CardReads reads, UserLocks locks, TimeProvider time)
{
    private const int PageSize = 200;

    /// <summary>Removes what is older than <paramref name="grace"/>. Returns the number of files and directories removed.</summary>
    public async Task<int> SweepAsync(TimeSpan grace, CancellationToken cancel)
    {
        using var sweep = await files.Deletions.SweepAsync(cancel);
        var before = time.GetUtcNow().UtcDateTime - grace;
        var removed = RemoveIncoming(files.Root, before) + RemoveIncoming(files.Templates, before);
        foreach (var directory in Directory.EnumerateDirectories(files.Users))
        {
            cancel.ThrowIfCancellationRequested();
            removed += await SweepUserAsync(Path.GetFileName(directory), before);
        }

        return removed + await SweepTemplatesAsync(before, cancel);
    }

    private async Task<int> SweepUserAsync(string uid, DateTime before)
    {
        using var hold = await locks.EnterAsync(uid);
        var directory = files.UserDirectory(uid);
        var (user, uploads) = await database.ReadAsync(tables => (
            Users.Get(tables, uid), new[] { Uploads.Get(tables, uid, UploadKind.Image), Uploads.Get(tables, uid, UploadKind.Audio) }));
        if (user is null)
        {
            // A login makes the directories first and the record then.
            if (!Directory.Exists(directory) || Directory.GetLastWriteTimeUtc(directory) > before)
            {
                return 0;
            }

            files.DeleteDirectory(directory);
            return 1;
        }

        var named = uploads.OfType<Upload>().SelectMany(upload => upload.Blobs.All).Select(blob => blob.Name).ToHashSet(StringComparer.Ordinal);
        return RemoveUnnamed(files.TempDirectory(uid), named, before) + await SweepCardsAsync(uid, before);
    }

    private async Task<int> SweepCardsAsync(string uid, DateTime before)
    {
        var removed = 0;
        foreach (var directory in Subdirectories(files.CardsDirectory(uid)))
        {
            var card = await reads.FindAsync(Path.GetFileName(directory));
            if (card?.Uid == uid && card.OwnBlobs.Count > 0)
            {
                removed += RemoveUnnamed(directory, card.OwnBlobs.All.Select(blob => blob.Name).ToHashSet(StringComparer.Ordinal), before);
            }
            else if (Directory.GetLastWriteTimeUtc(directory) <= before)
            {
                files.DeleteDirectory(directory);
                removed++;
            }
        }

        return removed;
    }

    /// <summary>What no template names may still be on a card; only if there is such a file are the cards looked through.</summary>
    private async Task<int> SweepTemplatesAsync(DateTime before, CancellationToken cancel)
    {
        // Templates first and files then: a file that comes meanwhile is too young.
        var named = await database.ReadAsync(tables => tables
            .Range(Template.Table, "_id", 0, int.MaxValue, int.MaxValue).ConvertAll(Template.FromBson)
            .SelectMany(template => template.Blobs.All.Select(blob => PathOf(template.Id, blob))).ToHashSet(StringComparer.Ordinal));
        var candidates = Subdirectories(files.Templates).SelectMany(Directory.EnumerateFiles)
            .Where(path => !named.Contains(path) && File.GetLastWriteTimeUtc(path) <= before).ToHashSet(StringComparer.Ordinal);
        for (var cursor = ""; candidates.Count > 0;)
        {
            cancel.ThrowIfCancellationRequested();
            var cards = await reads.ScanAsync(cursor, PageSize);
            foreach (var card in cards)
            {
                candidates.ExceptWith(PathsOf(card));
            }

            if (cards.Count == 0)
            {
                break;
            }

            cursor = cards[^1].Id;
        }

        foreach (var path in candidates)
        {
            File.Delete(path);
        }

        return candidates.Count;
    }

    private IEnumerable<string> PathsOf(Card card)
    {
        var (image, audio) = (card.Template, card.AudioTemplate);
        return new[] { card.Blobs.Image, card.Blobs.Mini }.OfType<Blob>().Where(_ => image is not null).Select(blob => PathOf(image!.Value, blob))
            .Concat(card.Blobs.Audio is { } sound && audio is { } template ? [PathOf(template, sound)] : []);
    }

    private string PathOf(int template, Blob blob) => Path.Combine(files.TemplateDirectory(template), blob.Name);

    private static IEnumerable<string> Subdirectories(string directory) => Directory.Exists(directory) ? Directory.EnumerateDirectories(directory) : [];

    private static int RemoveIncoming(string directory, DateTime before) => Remove(Directory.EnumerateFiles(directory, MediaFiles.Incoming + "*"), before);

    private static int RemoveUnnamed(string directory, HashSet<string> named, DateTime before) =>
        Directory.Exists(directory) ? Remove(Directory.EnumerateFiles(directory).Where(path => !named.Contains(Path.GetFileName(path))), before) : 0;

    private static int Remove(IEnumerable<string> paths, DateTime before)
    {
        var old = paths.Where(path => File.GetLastWriteTimeUtc(path) <= before).ToList();
        old.ForEach(File.Delete);
        return old.Count;
    }
}
