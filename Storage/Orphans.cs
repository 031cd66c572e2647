using System.Runtime.CompilerServices;

namespace Postcard.Storage;

/// <param name="Path">Of a file, or of a directory that goes with all it holds.</param>
internal sealed record Orphan(string Path, long Bytes);

/// <summary>What a sweep came to.</summary>
/// <param name="Count">Files, and directories with all they held, that were removed.</param>
/// <param name="LostUsers">Users whose records are gone, when these are so many that the database must be another: nothing was removed then.</param>
internal sealed record Swept(int Count, long Bytes, int LostUsers);

/// <summary>
/// Finds files that no record names: what a crash left between file and record, and the files of templates that were changed or removed
/// once no card shows them. Younger ones may belong to a change under way and are left alone.
/// </summary>
internal sealed class Orphans(MediaFiles files, Database database, CardReads reads, UserLocks locks, TimeProvider time)
{
    /// <summary>Files without a record that are younger belong to changes under way.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    private const int PageSize = 200;

    /// <summary>Removes what is older than <paramref name="grace"/>. Waits for a backup under way.</summary>
    public async Task<Swept> SweepAsync(TimeSpan grace, CancellationToken cancel)
    {
        using var sweep = await files.Deletions.SweepAsync(cancel);
        if (await CountLostAsync(Before(grace), cancel) is > 0 and var lost)
        {
            return new(0, 0, lost);
        }

        var (count, bytes) = (0, 0L);
        await foreach (var orphan in FindAsync(grace, remove: true, cancel))
        {
            (count, bytes) = (count + 1, bytes + orphan.Bytes);
        }

        return new(count, bytes, LostUsers: 0);
    }

    /// <summary>What is older than <paramref name="grace"/>; removed before it is told, if <paramref name="remove"/> says so. That is for sweeps only.</summary>
    public async IAsyncEnumerable<Orphan> FindAsync(TimeSpan grace, bool remove, [EnumeratorCancellation] CancellationToken cancel)
    {
        var before = Before(grace);
        foreach (var orphan in Take(Incoming(files.Root, before).Concat(Incoming(files.Templates, before)), remove))
        {
            yield return orphan;
        }

        foreach (var uid in Uids())
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var orphan in await UnlessDamagedAsync(() => TakeOfUserAsync(uid, before, remove)))
            {
                yield return orphan;
            }
        }

        foreach (var orphan in await UnlessDamagedAsync(async () => Take(await OfTemplatesAsync(before, cancel), remove)))
        {
            yield return orphan;
        }
    }

    /// <summary>What lies among the media, is older than <paramref name="grace"/> and is nothing of ours by its place and name.</summary>
    public IEnumerable<string> Strangers(TimeSpan grace)
    {
        var before = Before(grace);
        return new[] { files.Users, files.Templates }.SelectMany(directory => MediaLayout.Walk(files.Root, directory))
            .Where(entry => !entry.Own && IsOldFile(entry.Path, before)).Select(entry => entry.Path);
    }

    /// <summary>How many users have lost their records, if that is more than half of not just a few; otherwise 0.</summary>
    private async Task<int> CountLostAsync(DateTime before, CancellationToken cancel)
    {
        const int fewUsers = 20, page = 20;
        var (all, lost) = (0, 0);
        foreach (var uids in Uids().Chunk(page))
        {
            cancel.ThrowIfCancellationRequested();
            all += uids.Length;
            var unknown = await database.ReadAsync(tables => Array.FindAll(uids, uid => Users.Get(tables, uid) is null));
            lost += unknown.Count(uid => IsOldDirectory(files.UserDirectory(uid), before));
        }

        return all >= fewUsers && lost > all / 2 ? lost : 0;
    }

    /// <summary>Where a record cannot be read nobody knows what it names: none of these files is an orphan then.</summary>
    private static async Task<List<Orphan>> UnlessDamagedAsync(Func<Task<List<Orphan>>> find)
    {
        try
        {
            return await find();
        }
        catch (Exception e) when (RecordScan.IsDamage(e))
        {
            return [];
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
            return Take(All(directory, before), remove);
        }

        var named = uploads.OfType<Upload>().SelectMany(upload => upload.Blobs.All).Select(blob => blob.Name).ToHashSet(StringComparer.Ordinal);
        var found = Unnamed(files.TempDirectory(uid), named, before).ToList();
        foreach (var card in Subdirectories(files.CardsDirectory(uid)).Where(card => Ids.IsCard(Path.GetFileName(card))))
        {
            found.AddRange(OfCard(card, await reads.FindAsync(Path.GetFileName(card)), uid, before));
        }

        return Take(found, remove);
    }

    private IEnumerable<string> OfCard(string directory, Card? card, string uid, DateTime before)
    {
        var named = card?.Uid == uid ? card.OwnBlobs.All.Select(blob => blob.Name).ToHashSet(StringComparer.Ordinal) : null;
        var holdsMore = named is { Count: > 0 } || (named is not null && Directory.EnumerateFiles(directory, MediaFiles.Code + "*").Any());
        return holdsMore ? Unnamed(directory, named!, before) : All(directory, before);
    }

    /// <summary>A directory with all it holds; where something lies in it that is not ours, only what is.</summary>
    private IEnumerable<string> All(string directory, DateTime before)
    {
        if (!IsOldDirectory(directory, before))
        {
            return [];
        }

        var entries = MediaLayout.Walk(files.Root, directory).ToList();
        return entries.TrueForAll(entry => entry.Own) ? [directory] : entries.Where(entry => entry.Own).Select(entry => entry.Path);
    }

    /// <summary>What no template names may still be on a card; only if there is such a file are the cards looked through.</summary>
    private async Task<HashSet<string>> OfTemplatesAsync(DateTime before, CancellationToken cancel)
    {
        // Templates first and files then: a file that comes meanwhile is too young.
        var named = await database.ReadAsync(tables => tables
            .Range(Template.Table, "_id", 0, int.MaxValue, int.MaxValue).ConvertAll(Template.FromBson)
            .SelectMany(template => template.Blobs.All.Select(blob => PathOf(template.Id, blob))).ToHashSet(StringComparer.Ordinal));
        var candidates = Subdirectories(files.Templates).Where(directory => MediaLayout.IsTemplate(Path.GetFileName(directory))).SelectMany(Directory.EnumerateFiles)
            .Where(path => !named.Contains(path) && MediaLayout.IsFileName(Path.GetFileName(path)) && IsOldFile(path, before)).ToHashSet(StringComparer.Ordinal);
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

    private DateTime Before(TimeSpan grace) => time.GetUtcNow().UtcDateTime - grace;

    private IEnumerable<string> Uids() => Directory.EnumerateDirectories(files.Users).Select(path => Path.GetFileName(path)).Where(MediaLayout.IsUser);

    private static IEnumerable<string> Subdirectories(string directory) => Directory.Exists(directory) ? Directory.EnumerateDirectories(directory) : [];

    private static IEnumerable<string> Incoming(string directory, DateTime before) =>
        Directory.EnumerateFiles(directory, MediaFiles.Incoming + "*").Where(path => IsOldFile(path, before));

    /// <summary>Codes are made anew when they are asked for, and go with their card.</summary>
    private static IEnumerable<string> Unnamed(string directory, HashSet<string> named, DateTime before) => !Directory.Exists(directory) ? [] : Directory.EnumerateFiles(directory)
        .Where(path => Path.GetFileName(path) is var name && !named.Contains(name) && MediaLayout.IsFileName(name) && !name.StartsWith(MediaFiles.Code, StringComparison.Ordinal)
            && IsOldFile(path, before));

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
