using System.Runtime.CompilerServices;

namespace Postcard.Storage;

/// <param name="Path">Of a file, or of a directory that goes with all it holds.</param>
internal sealed record Orphan(string Path, long Bytes);

/// <summary>
/// Finds files that no record names: what a crash left between file and record, and the files of templates that were changed or removed
/// once no card shows them. Younger ones may belong to a change under way and are left alone.
/// </summary>
internal sealed class Orphans(MediaFiles files, Database database, CardReads reads, UserLocks locks, TimeProvider time)
{
    /// <summary>Files without a record that are younger belong to changes under way.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private const int PageSize = 200;

    /// <summary>Removes what is older than <paramref name="grace"/>. Waits for a backup under way. Returns the number of files and directories removed.</summary>
    public async Task<int> SweepAsync(TimeSpan grace, CancellationToken cancel)
    {
        using var sweep = await files.Deletions.SweepAsync(cancel);
        return await FindAsync(grace, remove: true, cancel).CountAsync(cancel);
    }

    /// <summary>What is older than <paramref name="grace"/>; removed before it is told, if <paramref name="remove"/> says so. That is for sweeps only.</summary>
    public async IAsyncEnumerable<Orphan> FindAsync(TimeSpan grace, bool remove, [EnumeratorCancellation] CancellationToken cancel)
    {
        var before = time.GetUtcNow().UtcDateTime - grace;
        foreach (var orphan in Take(Incoming(files.Root, before).Concat(Incoming(files.Templates, before)), remove))
        {
            yield return orphan;
        }

        foreach (var directory in Directory.EnumerateDirectories(files.Users))
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var orphan in await TakeOfUserAsync(Path.GetFileName(directory), before, remove))
            {
                yield return orphan;
            }
        }

        foreach (var orphan in Take(await OfTemplatesAsync(before, cancel), remove))
        {
            yield return orphan;
        }
    }

    private async Task<List<Orphan>> TakeOfUserAsync(string uid, DateTime before, bool remove)
    {
        using var hold = await locks.EnterAsync(uid);
        var directory = files.UserDirectory(uid);
        var (user, uploads) = await database.ReadAsync(tables => (
            Users.Get(tables, uid), new[] { Uploads.Get(tables, uid, UploadKind.Image), Uploads.Get(tables, uid, UploadKind.Audio) }));
        if (user is null)
        {
            // A login makes the directories first and the record then.
            return Take(IsOldDirectory(directory, before) ? [directory] : [], remove);
        }

        var named = uploads.OfType<Upload>().SelectMany(upload => upload.Blobs.All).Select(blob => blob.Name).ToHashSet(StringComparer.Ordinal);
        var found = Unnamed(files.TempDirectory(uid), named, before).ToList();
        foreach (var card in Subdirectories(files.CardsDirectory(uid)))
        {
            found.AddRange(OfCard(card, await reads.FindAsync(Path.GetFileName(card)), uid, before));
        }

        return Take(found, remove);
    }

    private static IEnumerable<string> OfCard(string directory, Card? card, string uid, DateTime before)
    {
        var named = card?.Uid == uid ? card.OwnBlobs.All.Select(blob => blob.Name).ToHashSet(StringComparer.Ordinal) : null;
        var holdsMore = named is { Count: > 0 } || (named is not null && Directory.EnumerateFiles(directory, MediaFiles.Code + "*").Any());
        return holdsMore ? Unnamed(directory, named!, before) : IsOldDirectory(directory, before) ? [directory] : [];
    }

    /// <summary>What no template names may still be on a card; only if there is such a file are the cards looked through.</summary>
    private async Task<HashSet<string>> OfTemplatesAsync(DateTime before, CancellationToken cancel)
    {
        // Templates first and files then: a file that comes meanwhile is too young.
        var named = await database.ReadAsync(tables => tables
            .Range(Template.Table, "_id", 0, int.MaxValue, int.MaxValue).ConvertAll(Template.FromBson)
            .SelectMany(template => template.Blobs.All.Select(blob => PathOf(template.Id, blob))).ToHashSet(StringComparer.Ordinal));
        var candidates = Subdirectories(files.Templates).SelectMany(Directory.EnumerateFiles)
            .Where(path => !named.Contains(path) && IsOldFile(path, before)).ToHashSet(StringComparer.Ordinal);
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

        // A template may have got the same content again, and so the file a new time.
        candidates.RemoveWhere(path => !IsOldFile(path, before));
        return candidates;
    }

    /// <summary>Those whose deletion only waits for a backup are none.</summary>
    private List<Orphan> Take(IEnumerable<string> paths, bool remove)
    {
        var orphans = paths.Where(path => !files.Deletions.IsWaiting(path)).Select(path => new Orphan(path, BytesOf(path))).ToList();
        if (remove)
        {
            orphans.ForEach(orphan => files.Deletions.Remove(orphan.Path));
        }

        return orphans;
    }

    private IEnumerable<string> PathsOf(Card card)
    {
        var (image, audio) = (card.Template, card.AudioTemplate);
        return new[] { card.Blobs.Image, card.Blobs.Mini }.OfType<Blob>().Where(_ => image is not null).Select(blob => PathOf(image!.Value, blob))
            .Concat(card.Blobs.Audio is { } sound && audio is { } template ? [PathOf(template, sound)] : []);
    }

    private string PathOf(int template, Blob blob) => Path.Combine(files.TemplateDirectory(template), blob.Name);

    private static IEnumerable<string> Subdirectories(string directory) => Directory.Exists(directory) ? Directory.EnumerateDirectories(directory) : [];

    private static IEnumerable<string> Incoming(string directory, DateTime before) =>
        Directory.EnumerateFiles(directory, MediaFiles.Incoming + "*").Where(path => IsOldFile(path, before));

    /// <summary>Codes are made anew when they are asked for, and go with their card.</summary>
    private static IEnumerable<string> Unnamed(string directory, HashSet<string> named, DateTime before) => !Directory.Exists(directory) ? [] : Directory.EnumerateFiles(directory)
        .Where(path => !named.Contains(Path.GetFileName(path)) && !Path.GetFileName(path).StartsWith(MediaFiles.Code, StringComparison.Ordinal) && IsOldFile(path, before));

    private static bool IsOldFile(string path, DateTime before) => File.GetLastWriteTimeUtc(path) <= before;

    private static bool IsOldDirectory(string path, DateTime before) => Directory.Exists(path) && Directory.GetLastWriteTimeUtc(path) <= before;

    /// <summary>0 for what has gone meanwhile.</summary>
    private static long BytesOf(string path)
    {
        try
        {
            return Directory.Exists(path)
                ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
                : new FileInfo(path) is { Exists: true, Length: var bytes } ? bytes : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
