using LiteDB;

namespace Postcard.Storage;

/// <param name="Card">Null when the author deleted it.</param>
/// <param name="Saved">Unix time in milliseconds.</param>
internal sealed record SavedCard(string Id, OpenCard? Card, long Saved);

/// <param name="Next">The time of saving below which the next page starts; null on the last.</param>
internal sealed record SavedPage(IReadOnlyList<SavedCard> Cards, long? Next);

internal enum SaveOutcome
{
    /// <summary>Kept now, or already.</summary>
    Done,

    /// <summary>No such card, or no such user.</summary>
    NotFound,

    /// <summary>The user was banned meanwhile.</summary>
    Banned,

    /// <summary>The user keeps <see cref="Saves.Most"/> cards.</summary>
    TooMany,
}

/// <summary>The received cards that users keep.</summary>
internal sealed class Saves(Database database, Caches caches, Clock clock, CardReads reads)
{
    /// <summary>How many cards one user may keep.</summary>
    public const int Most = 5_000;

    internal const string Table = "saves";

    /// <summary>The cached set knows nothing yet of the commit under way: that many may have been added since.</summary>
    private static readonly int Unseen = new DatabaseOptions().GroupLimit;

    // key: uid|time
    internal static readonly Collection[] Collections = [new(Table, new Index("key"))];

    /// <summary>The ids of the cards that a user keeps.</summary>
    public ValueTask<HashSet<string>> IdsAsync(string uid) =>
        caches.Saved.TryGet(uid, out var ids) ? new(ids) : new(database.ReadAsync(tables =>
        {
            var loaded = Load(tables, uid);
            caches.Saved.Set(uid, loaded);
            return loaded;
        }));

    /// <summary>Keeps a card; keeping twice is keeping once.</summary>
    public Task<SaveOutcome> AddAsync(string uid, string card)
    {
        var saved = clock.Next();
        return database.WriteAsync(transaction =>
        {
            if (CardReads.Get(transaction, card) is not { } present || (present.Hidden && present.Uid != uid) || Users.Get(transaction, uid) is not { } user)
            {
                return SaveOutcome.NotFound;
            }

            if (user.Banned)
            {
                return SaveOutcome.Banned;
            }

            var id = $"{uid}|{card}";
            if (transaction.Find(Table, id) is not null)
            {
                return SaveOutcome.Done;
            }

            if (IsFull(transaction, uid))
            {
                return SaveOutcome.TooMany;
            }

            transaction.Insert(Table, new() { ["_id"] = id, ["key"] = $"{uid}|{saved:D14}", ["card"] = card, ["saved"] = saved });
            clock.Reserve(transaction, saved);
            transaction.OnDurable(() => AddToCached(uid, card));
            return SaveOutcome.Done;
        });
    }

    /// <summary>No longer keeps a card; one that was not kept is no error.</summary>
    public Task<bool> RemoveAsync(string uid, string card) => database.WriteAsync(transaction =>
    {
        transaction.OnDurable(() => caches.Saved.Remove(uid));
        return transaction.Delete(Table, $"{uid}|{card}");
    });

    /// <summary>What the user keeps, saved before <paramref name="before"/>, latest first.</summary>
    public Task<SavedPage> ListAsync(string uid, long before, int limit) => database.ReadAsync(tables =>
    {
        var high = $"{uid}|{Math.Min(before, 99_999_999_999_999) - 1:D14}";
        var saves = tables.Range(Table, "key", uid + "|", high, limit + 1, descending: true);
        var cards = saves.Take(limit).Select(save => new SavedCard(save["card"].AsString, reads.Load(tables, save["card"].AsString), save["saved"].AsInt64)).ToList();
        return new SavedPage(cards, saves.Count > limit ? cards[^1].Saved : null);
    });

    internal int Erase(Transaction transaction, string uid, int limit)
    {
        var saves = Of(transaction, uid, limit);
        saves.ForEach(save => transaction.Delete(Table, save["_id"]));
        transaction.OnDurable(() => caches.Saved.Remove(uid));
        return saves.Count;
    }

    /// <summary>Counts the records only where the cached set cannot tell.</summary>
    private bool IsFull(Transaction transaction, string uid)
    {
        if (caches.Saved.TryGet(uid, out var cached) && (cached.Count >= Most || cached.Count + Unseen <= Most))
        {
            return cached.Count >= Most;
        }

        var kept = Load(transaction, uid);
        transaction.OnDurable(() => caches.Saved.Set(uid, kept));
        return kept.Count >= Most;
    }

    /// <summary>Another set, as requests may be reading this one.</summary>
    private void AddToCached(string uid, string card)
    {
        if (caches.Saved.TryGet(uid, out var cached))
        {
            caches.Saved.Set(uid, new(cached, StringComparer.Ordinal) { card });
        }
    }

    private static HashSet<string> Load(Tables tables, string uid) =>
        Of(tables, uid, int.MaxValue).Select(save => save["card"].AsString).ToHashSet(StringComparer.Ordinal);

    private static List<BsonDocument> Of(Tables tables, string uid, int limit) => tables.Range(Table, "key", uid + "|", uid + "}", limit);
}
