using LiteDB;

namespace Postcard.Storage;

/// <summary>
/// What reviewers have to know of a card beside the card: one for each that has a standing for the plaza, was complained about or was
/// reviewed. Written in the same commit as the card.
/// </summary>
/// <param name="Id">The card's.</param>
/// <param name="Status">The card's, so that a queue is a range of an index.</param>
/// <param name="Created">The card's.</param>
internal sealed record Review(string Id, string Status, long Created)
{
    internal const string Table = "reviews";

    /// <summary>More complaints than this sort as this many.</summary>
    private const int MostSorted = 90_000;

    internal static readonly Collection[] Collections = [new(Table, new Index("queue"), new Index("reported"))];

    /// <summary>Complaints since the last review.</summary>
    public int Reports { get; init; }

    /// <summary>When the last of them came, in Unix milliseconds.</summary>
    public long Reported { get; init; }

    /// <summary>How often the card was reviewed: complaints of an earlier round no longer count.</summary>
    public int Round { get; init; }

    /// <summary>A card that is only shared, and that WeChat doubts or could not check: it is in no other queue.</summary>
    public bool Unchecked { get; init; }

    internal static Review Of(Card card) => new(card.Id, card.Status, card.Created);

    internal static Review? Find(Tables tables, string card) => tables.Find(Table, card) is { } document ? FromBson(document) : null;

    internal void Put(Transaction transaction) => transaction.Put(Table, ToBson());

    internal string Queue => QueueKey(Unchecked && Status == CardStatus.None ? UncheckedQueue : Status, Created);

    internal const string UncheckedQueue = "unchecked";

    /// <summary>Orders a queue by the creation times of its cards, which are unique.</summary>
    internal static string QueueKey(string status, long created) => $"{status}|{created:D14}";

    /// <summary>Orders by complaints and then by creation time; 0 for a card without complaints.</summary>
    internal long ReportedKey => Reports == 0 ? 0 : (Math.Min(Reports, MostSorted) * LeastReportedKey) + Created;

    internal const long LeastReportedKey = 100_000_000_000_000;

    internal static Review FromBson(BsonDocument document) => new(document["_id"].AsString, document["status"].AsString, document["created"].AsInt64)
    {
        Reports = document["reports"].AsInt32, Reported = document["last"].AsInt64, Round = document["round"].AsInt32,
        Unchecked = document["unchecked"] is { IsBoolean: true, AsBoolean: true },
    };

    private BsonDocument ToBson() => new()
    {
        ["_id"] = Id, ["status"] = Status, ["created"] = Created, ["queue"] = Queue,
        ["reports"] = Reports, ["last"] = Reported, ["reported"] = ReportedKey, ["round"] = Round, ["unchecked"] = Unchecked,
    };
}
