namespace Postcard.Storage;

/// <summary>Complaints about cards: one per user and card, the first counts.</summary>
internal sealed class Reports(Database database, TimeProvider time)
{
    private const string Table = "reports";

    internal static readonly Collection[] Collections = [new(Table, new Index("uid"))];

    /// <summary>False when there is no such card.</summary>
    public Task<bool> AddAsync(string uid, string card, string reason) => database.WriteAsync(transaction =>
    {
        if (CardReads.Get(transaction, card) is null)
        {
            return false;
        }

        var id = $"{card}|{uid}";
        if (transaction.Find(Table, id) is null && Users.Get(transaction, uid) is not null)
        {
            transaction.Insert(Table, new() { ["_id"] = id, ["uid"] = uid, ["card"] = card, ["reason"] = reason, ["created"] = time.GetUtcNow().ToUnixTimeMilliseconds() });
        }

        return true;
    });

    internal static int Erase(Transaction transaction, string uid, int limit)
    {
        var reports = transaction.Range(Table, "uid", uid, uid, limit);
        reports.ForEach(report => transaction.Delete(Table, report["_id"]));
        return reports.Count;
    }
}
