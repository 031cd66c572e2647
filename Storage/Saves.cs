using LiteDB;

namespace Postcard.Storage;

/// <param name="Card">Null when the author deleted it.</param>
/// <param name="Saved">Unix time in milliseconds.</param>
internal sealed record SavedCard(string Id, OpenCard? Card, long Saved);

/// <param name="Next">The time of saving below which the next page starts; null on the last.</param>
internal sealed record SavedPage(IReadOnlyList<SavedCard> Cards, long? Next);

/// <summary>The received cards that users keep.</summary>
internal sealed class Saves(Database database, Caches caches, Clock clock, CardReads reads)
{
    internal const string Table = "saves";

    // key: uid|time
    internal static readonly Collection[] Collections = [new(Table, new Index("key"))];

    /// <summary>The ids of the cards that a user keeps.</summary>
    public ValueTask<HashSet<string>> IdsAsync(string uid) =>
        caches.Saved.TryGet(uid, out var ids) ? new(ids) : new(database.ReadAsync(tables =>
        {
            var loaded = Of(tables, uid, int.MaxValue).Select(save => save["card"].AsString).ToHashSet(StringComparer.Ordinal);
            caches.Saved.Set(uid, loaded);
            return loaded;
        }));

    /// <summary>Keeps a card; keeping twice is keeping once. False when there is no such card or no such user.</summary>
    public Task<bool> AddAsync(string uid, string card)
    {
        var saved = clock.Next();
        return database.WriteAsync(transaction =>
        {
            var id = $"{uid}|{card}";
            if (transaction.Find(Table, id) is not null)
            {
                return true;
            }

            if (CardReads.Get(transaction, card) is not { } present || (present.Status == CardStatus.Rejected && present.Uid != uid) || Users.Get(transaction, uid) is null)
            {
                return false;
            }

            transaction.Insert(Table, new() { ["_id"] = id, ["key"] = $"{uid}|{saved:D14}", ["card"] = card, ["saved"] = saved });
            clock.Reserve(transaction, saved);
            transaction.OnDurable(() => caches.Saved.Remove(uid));
            return true;
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

    private static List<BsonDocument> Of(Tables tables, string uid, int limit) => tables.Range(Table, "key", uid + "|", uid + "}", limit);
}
