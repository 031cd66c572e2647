using System.Runtime.CompilerServices;
using LiteDB;

namespace Postcard.Storage;

/// <summary>Something in the store that does not agree.</summary>
/// <param name="Kind"><c>missing</c>, <c>damaged</c>, <c>orphan</c> or <c>stranger</c> for a file; <c>record</c> for a record that others contradict.</param>
/// <param name="What">The file's path in the data directory, or the record.</param>
internal sealed record Flaw(string Kind, string What, string Detail)
{
    public static Flaw Of(string table, BsonValue id, string detail) => new("record", $"{table} {id.RawValue}", detail);
}

/// <summary>
/// Looks whether records, indexes, counters and files agree, a few records at a time while the server goes on. What seems wrong is looked
/// at again before it counts: things change meanwhile.
/// </summary>
internal sealed class Verifier(Database database, MediaFiles files, Orphans orphans)
{
    private const int PageSize = 20;
    private const int SignEvery = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, Flaw?> _templateFiles = new(StringComparer.Ordinal);

    public long Records { get; private set; }

    public long Files { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>What does not agree; in between, now and then, null as a sign of life.</summary>
    /// <param name="grace">Files without a record that are younger belong to changes under way.</param>
    public async IAsyncEnumerable<Flaw?> RunAsync(TimeSpan grace, [EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var (table, check) in RecordChecks.All)
        {
            await foreach (var (document, flaw) in new RecordScan(database, files).AllAsync(table, check))
            {
                cancel.ThrowIfCancellationRequested();
                if (Records++ % SignEvery == 0)
                {
                    yield return null;
                }

                if (flaw is not null)
                {
                    yield return flaw;
                }

                if (document is not null)
                {
                    await foreach (var other in BehindAsync(table, document, cancel))
                    {
                        yield return other;
                    }
                }
            }
        }

        await foreach (var orphan in orphans.FindAsync(grace, remove: false, cancel))
        {
            yield return new("orphan", Relative(orphan.Path), "no record names it");
        }

        foreach (var stranger in orphans.Strangers(grace))
        {
            yield return new("stranger", Relative(stranger), "nothing of Postcard's");
        }
    }

    /// <summary>What takes more than one look at the records.</summary>
    private async IAsyncEnumerable<Flaw> BehindAsync(string table, BsonDocument document, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (table == User.Table && await CountAsync(document["_id"].AsString) is { } miscount)
        {
            yield return miscount;
        }

        foreach (var (path, blob, shared) in NamedFiles.Of(files, table, document))
        {
            if (!shared || !_templateFiles.TryGetValue(path, out var flaw))
            {
                flaw = await LookAsync(path, blob, table, document["_id"], cancel);
                if (shared)
                {
                    _templateFiles[path] = flaw;
                }

                if (flaw is not null)
                {
                    yield return flaw;
                }
            }
        }
    }

    private async Task<Flaw?> LookAsync(string path, Blob blob, string table, BsonValue id, CancellationToken cancel)
    {
        Files++;
        Bytes += blob.Bytes;
        if (await JudgeAsync(path, blob, cancel) is null)
        {
            return null;
        }

        // The record may have changed, and the file gone with it.
        await Task.Delay(Pause, cancel);
        var present = await database.ReadAsync(tables => tables.Find(table, id));
        return present is null || !NamedFiles.Of(files, table, present).Any(file => file.Path == path) || await JudgeAsync(path, blob, cancel) is not { } flaw
            ? null
            : flaw with { Detail = $"{flaw.Detail}, of {table} {id.RawValue}" };
    }

    private async Task<Flaw?> JudgeAsync(string path, Blob blob, CancellationToken cancel)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length != blob.Bytes ? new("damaged", Relative(path), $"{length} bytes instead of {blob.Bytes}")
                : await MediaFiles.HashAsync(path, cancel) != blob.Hash ? new("damaged", Relative(path), "other content than its record says")
                : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new("missing", Relative(path), "not there");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new("damaged", Relative(path), "cannot be read");
        }
    }

    /// <summary>Compares a user's counters with the user's cards; two looks that agree count, since cards come and go.</summary>
    private async Task<Flaw?> CountAsync(string uid)
    {
        const int looks = 5;
        try
        {
            var before = await SumAsync(uid);
            for (var look = 0; look < looks && before is { Agrees: false }; look++)
            {
                await Task.Delay(Pause);
                var now = await SumAsync(uid);
                if (now == before)
                {
                    return Flaw.Of(User.Table, uid, $"counts {now!.User.Cards} cards of {now.User.Bytes} bytes, and has {now.Cards} of {now.Bytes}");
                }

                before = now;
            }

            return null;
        }
        catch (Exception e) when (RecordScan.IsDamage(e))
        {
            return Flaw.Of(User.Table, uid, "has cards that cannot be counted: the database is damaged");
        }
    }

    private sealed record Sum((int Cards, long Bytes) User, int Cards, long Bytes)
    {
        public bool Agrees => User == (Cards, Bytes);
    }

    private async Task<Sum?> SumAsync(string uid)
    {
        var (cards, bytes) = (0, 0L);
        for (var low = Card.HomeKey(uid, 0); ;)
        {
            var page = await database.ReadAsync(tables => tables.Range(Card.Table, "home", low, uid + "}", PageSize).ConvertAll(Card.FromBson));
            cards += page.Count;
            bytes += page.Sum(card => card.OwnBlobs.Bytes);
            if (page.Count < PageSize)
            {
                break;
            }

            low = Card.HomeKey(uid, page[^1].Created + 1);
        }

        var user = await database.ReadAsync(tables => Users.Get(tables, uid));
        return user is null ? null : new((user.Cards, user.Bytes), cards, bytes);
    }

    private string Relative(string path) => Path.GetRelativePath(files.Root, path);
}
