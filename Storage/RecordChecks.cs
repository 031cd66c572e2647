using LiteDB;

namespace Postcard.Storage;

/// <summary>What is wrong with a record, by what else is in the tables at the same moment; null when nothing is.</summary>
internal delegate Flaw? RecordCheck(Tables tables, BsonDocument document);

/// <summary>What has to hold between the tables. Every table is here, if only to be read.</summary>
internal static class RecordChecks
{
    /// <summary>Entries under one value of an index of which one look takes more than these are not looked through: others wait meanwhile.</summary>
    private const int MostAlike = 200;

    public static readonly IReadOnlyList<(string Table, RecordCheck Check)> All =
    [
        (User.Table, (tables, user) => Unless(user, User.Table,
            (tables.FindBy(User.Table, "openid", user["openid"])?["_id"] == user["_id"], "is not found by its openid"),
            (!User.FromBson(user).Settling || tables.Find(Settling.Table, user["_id"]) is not null, "waits for its cards to be settled, which nobody does"))),
        (Settling.Table, (tables, work) => Unless(work, Settling.Table,
            (Users.Get(tables, work["_id"].AsString) is null or { Settling: true }, "is about a user whose cards are settled"))),
        (Erasure.Table, (_, _) => null),
        (Template.Table, (_, _) => null),
        (Upload.Table, (tables, upload) => Unless(upload, Upload.Table,
            (IsKnown(tables, upload["uid"]), "is of nobody"),
            (upload["_id"] == Upload.FromBson(upload).Id, "has another's key"))),
        (Card.Table, CheckCard),
        (CardReads.PlazaTable, (tables, entry) => Unless(entry, CardReads.PlazaTable,
            (tables.Find(Card.Table, entry["_id"])?["created"] == entry["created"], "has no such card"),
            (IsIndexed(tables, CardReads.PlazaTable, entry, "created"), "is not in its place on the plaza"))),
        (Review.Table, (tables, review) => Unless(review, Review.Table,
            (tables.Find(Card.Table, review["_id"]) is { } card && card["status"] == review["status"] && card["created"] == review["created"], "does not agree with its card"),
            (review["queue"] == Review.FromBson(review).Queue && IsIndexed(tables, Review.Table, review, "queue"), "is not in its queue"),
            (review["reported"] == Review.FromBson(review).ReportedKey && (review["reports"] == 0 || IsIndexed(tables, Review.Table, review, "reported")), "is not in its place among the reported"),
            (review["reports"] == Reports.CountOf(tables, Review.FromBson(review)), "miscounts its complaints"))),
        (Users.Sessions, (tables, session) => Unless(session, Users.Sessions,
            (tables.Find(User.Table, session["uid"]) is not null, "is of nobody"),
            (session["key"].AsString.StartsWith(session["uid"].AsString + "|", StringComparison.Ordinal) && IsIndexed(tables, Users.Sessions, session, "key"), "is not in its user's list"))),
        (Saves.Table, (tables, save) => Unless(save, Saves.Table,
            (IsKnown(tables, OwnerOf(save)), "is of nobody"),
            (save["key"].AsString.StartsWith(OwnerOf(save) + "|", StringComparison.Ordinal) && IsIndexed(tables, Saves.Table, save, "key"), "is not in its user's list"))),
        (Reports.Table, (tables, report) => Unless(report, Reports.Table,
            (IsKnown(tables, report["uid"]), "is of nobody"),
            (report["_id"] == $"{report["card"].AsString}|{report["uid"].AsString}", "has another's key"),
            (IsIndexed(tables, Reports.Table, report, "uid"), "is not in its user's list"))),
        (Check.Table, (tables, check) => Unless(check, Check.Table, (tables.Find(Card.Table, check["_id"]) is not null, "has no such card"),
            (IsIndexed(tables, Check.Table, check, "due"), "is not in its queue"))),
        (Traces.Table, (tables, trace) => Unless(trace, Traces.Table,
            (trace["card"].IsString || IsIndexed(tables, Traces.Table, trace, "created"), "is not in its place among the early results"))),
        (Idempotency.Table, (tables, key) => Unless(key, Idempotency.Table, (IsKnown(tables, OwnerOf(key)), "is of nobody"))),
        (Bans.Table, (_, ban) => Unless(ban, Bans.Table, (Bans.IsWellFormed(ban), "is no hash of an openid"))),
        (Audit.Table, (_, entry) => Unless(entry, Audit.Table, (Audit.FromBson(entry).Time > 0, "has no time"))),
        (Schema.Meta, (_, _) => null),
    ];

    private static Flaw? CheckCard(Tables tables, BsonDocument document)
    {
        var card = Card.FromBson(document);
        var author = Users.Get(tables, card.Uid);
        var plaza = tables.Find(CardReads.PlazaTable, card.Id);
        var review = Review.Find(tables, card.Id);
        return Unless(document, Card.Table,
            (author is not null || IsKnown(tables, card.Uid), "is of nobody"),
            (document["home"] == Card.HomeKey(card.Uid, card.Created) && IsIndexed(tables, Card.Table, document, "home"), "is not in its author's list"),
            (author is null or { Settling: true } || card.OnPlazaOf(author) == plaza is not null, "does not agree with the plaza"),
            (review is null ? card.Status == CardStatus.None : review.Status == card.Status, "does not agree with its review"));
    }

    private static Flaw? Unless(BsonDocument document, string table, params ReadOnlySpan<(bool Holds, string Otherwise)> claims)
    {
        foreach (var (holds, otherwise) in claims)
        {
            if (!holds)
            {
                return Flaw.Of(table, document["_id"], otherwise);
            }
        }

        return null;
    }

    /// <summary>A user, or one whose erasure is under way: their records go in steps.</summary>
    private static bool IsKnown(Tables tables, BsonValue uid) => tables.Find(User.Table, uid) is not null || tables.Find(Erasure.Table, uid) is not null;

    /// <summary>Keys that begin with a user's id.</summary>
    private static string OwnerOf(BsonDocument document) => document["_id"].AsString.Split('|')[0];

    private static bool IsIndexed(Tables tables, string table, BsonDocument document, string field)
    {
        var alike = tables.Range(table, field, document[field], document[field], MostAlike);
        return alike.Count == MostAlike || alike.Exists(found => found["_id"] == document["_id"]);
    }
}
