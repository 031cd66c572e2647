using LiteDB;

namespace Postcard.Storage;

/// <summary>Which card a user's Idempotency-Key made, for 24 hours, written with the card itself.</summary>
internal sealed class Idempotency(Database database, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    internal const string Table = "idempotency";

    internal static readonly Collection[] Collections = [new(Table)];

    /// <summary>What the earlier call came to; null when there was none, or none that has ended.</summary>
    public Task<CardResult?> FindAsync(string uid, IdempotencyKey key) => database.ReadAsync(tables => Find(tables, uid, key));

    /// <summary>As above, within a change.</summary>
    internal CardResult? Find(Tables tables, string uid, IdempotencyKey key)
    {
        if (tables.Find(Table, $"{uid}|{key.Key}") is not { } document || Expired(document))
        {
            return null;
        }

        if (document["body"].AsString != key.BodyHash)
        {
            return new(CardOutcome.Conflict);
        }

        var card = CardReads.Get(tables, document["card"].AsString);
        return card is null ? new(CardOutcome.NotFound) : new(CardOutcome.Repeated, card);
    }

    internal void Remember(Transaction transaction, string uid, IdempotencyKey key, string card) => transaction.Put(
        Table, new() { ["_id"] = $"{uid}|{key.Key}", ["body"] = key.BodyHash, ["card"] = card, ["created"] = Now });

    /// <summary>Forgets the expired among up to <paramref name="limit"/> keys after <paramref name="cursor"/>. Returns the next cursor, null at the end.</summary>
    public Task<string?> SweepAsync(string cursor, int limit) => database.WriteAsync(transaction =>
    {
        var keys = transaction.Range(Table, "_id", cursor, "~", limit);
        foreach (var key in keys.Where(Expired))
        {
            transaction.Delete(Table, key["_id"]);
        }

        return keys.Count < limit ? null : keys[^1]["_id"].AsString;
    });

    internal static int Erase(Transaction transaction, string uid, int limit)
    {
        var keys = transaction.Range(Table, "_id", uid + "|", uid + "}", limit);
        keys.ForEach(key => transaction.Delete(Table, key["_id"]));
        return keys.Count;
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private bool Expired(BsonDocument document) => document["created"].AsInt64 + (long)Lifetime.TotalMilliseconds <= Now;
}
