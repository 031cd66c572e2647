using LiteDB;

namespace Postcard.Storage;

/// <param name="Uid">Who complained.</param>
/// <param name="Created">Unix time in milliseconds.</param>
internal sealed record Report(string Uid, string Reason, long Created);

internal enum ReportOutcome
{
    /// <summary>Taken now, or before.</summary>
    Done,

    /// <summary>No such card, or none that this user may see.</summary>
    NotFound,

    /// <summary>The user was banned meanwhile.</summary>
    Banned,
}

/// <summary>Complaints about cards: one per user and card, the first counts. Enough of them take a card off the plaza until it is reviewed.</summary>
internal sealed class Reports(Database database, CardWrites writes, Audit audit, TimeProvider time)
{
    internal const string Table = "reports";

    /// <summary>Complaints about a card that go in the same commit as the card; a sweep takes more than these.</summary>
    private const int GoWithTheCard = 200;

    internal static readonly Collection[] Collections = [new(Table, new Index("uid"))];

    /// <param name="threshold">Complaints since the last review that take the card off the plaza; 0: none do.</param>
    public Task<ReportOutcome> AddAsync(string uid, string card, string reason, int threshold) => database.WriteAsync(transaction =>
    {
        if (CardReads.Get(transaction, card) is not { } present || (present.Hidden && present.Uid != uid))
        {
            return ReportOutcome.NotFound;
        }

        var user = Users.Get(transaction, uid);
        if (user is { Banned: true })
        {
            return ReportOutcome.Banned;
        }

        var id = $"{card}|{uid}";
        if (user is not null && transaction.Find(Table, id) is null && Users.Get(transaction, present.Uid) is { } author)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var review = Review.Find(transaction, card) ?? Review.Of(present);
            transaction.Insert(
                Table, new() { ["_id"] = id, ["uid"] = uid, ["card"] = card, ["reason"] = reason, ["created"] = now, ["round"] = review.Round });
            Count(transaction, present, author, review with { Reports = review.Reports + 1, Reported = now }, threshold);
        }

        return ReportOutcome.Done;
    });

    /// <summary>Removes complaints about cards that are gone among up to <paramref name="limit"/> after <paramref name="cursor"/>. Returns the next cursor, null at the end.</summary>
    public Task<string?> SweepAsync(string cursor, int limit) => database.WriteAsync(transaction =>
    {
        var reports = transaction.Range(Table, "_id", cursor, "~", limit);
        foreach (var report in reports.Where(report => CardReads.Get(transaction, report["card"].AsString) is null))
        {
            transaction.Delete(Table, report["_id"]);
        }

        return reports.Count < limit ? null : reports[^1]["_id"].AsString;
    });

    internal static List<OwnReport> By(Tables tables, string uid) => tables.Range(Table, "uid", uid, uid, int.MaxValue)
        .ConvertAll(report => new OwnReport(report["card"].AsString, report["reason"].AsString, report["created"].AsInt64));

    /// <summary>Those of a user who goes. They no longer count either.</summary>
    internal static int Erase(Transaction transaction, string uid, int limit)
    {
        var reports = transaction.Range(Table, "uid", uid, uid, limit);
        foreach (var report in reports)
        {
            transaction.Delete(Table, report["_id"]);
            if (Review.Find(transaction, report["card"].AsString) is { Reports: > 0 } review && review.Round == RoundOf(report))
            {
                (review with { Reports = review.Reports - 1 }).Put(transaction);
            }
        }

        return reports.Count;
    }

    /// <summary>Those about a card that goes.</summary>
    internal static void Forget(Transaction transaction, string card)
    {
        foreach (var report in Documents(transaction, card, GoWithTheCard))
        {
            transaction.Delete(Table, report["_id"]);
        }
    }

    /// <summary>Complaints about a card, at most <paramref name="limit"/>, in no particular order.</summary>
    internal static List<Report> Of(Tables tables, string card, int limit) => Documents(tables, card, limit)
        .ConvertAll(report => new Report(report["uid"].AsString, report["reason"].AsString, report["created"].AsInt64));

    private static List<BsonDocument> Documents(Tables tables, string card, int limit) => tables.Range(Table, "_id", card + "|", card + "}", limit);

    /// <summary>Complaints that a card's review record has to count: one look at all of them.</summary>
    internal static int CountOf(Tables tables, Review review) => Documents(tables, review.Id, int.MaxValue).Count(report => RoundOf(report) == review.Round);

    // Those of the first release have no round: no card had been reviewed.
    private static int RoundOf(BsonDocument report) => report["round"] is { IsInt32: true } round ? round.AsInt32 : 0;

    private void Count(Transaction transaction, Card card, User author, Review review, int threshold)
    {
        if (threshold == 0 || review.Reports < threshold || card.Held)
        {
            review.Put(transaction);
            return;
        }

        var held = card with { Held = true, Status = card.Status == CardStatus.Approved ? CardStatus.Pending : card.Status };
        writes.Replace(transaction, held, author, review);
        audit.Log(transaction, Actor.Reports, "hold", $"card {card.Id}");
    }
}
