using LiteDB;

namespace Postcard.Storage;

/// <param name="Complaints">Some of them at least, the latest first.</param>
/// <param name="Checking">Whether WeChat is still looking at the card.</param>
internal sealed record ReviewedCard(Card Card, User Author, Review Review, IReadOnlyList<Report> Complaints, bool Checking);

/// <param name="Next">The position behind which the next page starts; null on the last.</param>
internal sealed record ReviewPage(IReadOnlyList<ReviewedCard> Cards, long? Next);

/// <summary>Which cards a reviewer asks for. What is null or false does not matter.</summary>
/// <param name="Uid">The author's.</param>
/// <param name="Reported">Those with complaints since the last review, most complaints first.</param>
/// <param name="Unchecked">Those of <see cref="Review.Unchecked"/>.</param>
/// <param name="OldestFirst">Others than the reported are listed newest first otherwise.</param>
internal sealed record ReviewFilter(string? Status, bool Reported, bool Unchecked, bool OldestFirst, string? Uid)
{
    public bool Takes(Card card, Review review) => (Status is null || card.Status == Status) && (!Reported || review.Reports > 0)
        && (!Unchecked || (review.Unchecked && card.Status == CardStatus.None));

    /// <summary>Where to look without a user and other than for the reported.</summary>
    public string Queue => Unchecked ? Review.UncheckedQueue : Status!;
}

/// <summary>Cards as reviewers see them.</summary>
internal sealed class ReviewReads(Database database)
{
    private const int ComplaintsInLists = 10;
    private const int ComplaintsOfOne = 200;

    // 14 digits, as the keys have.
    private const long LastTime = 99_999_999_999_999;

    public Task<ReviewedCard?> FindAsync(string id) => database.ReadAsync(tables => Load(tables, id, ComplaintsOfOne));

    /// <summary>A page behind the position <paramref name="after"/>, or the first; it may hold fewer than <paramref name="limit"/> cards, or none, and yet not be the last.</summary>
    /// <param name="filter">Without a user, it names a status or asks for the reported or unchecked.</param>
    public Task<ReviewPage> ListAsync(ReviewFilter filter, long? after, int limit) => database.ReadAsync(tables =>
    {
        var keys = Keys(tables, filter, after, limit + 1);
        var cards = keys.Take(limit).Select(key => Load(tables, key.Id, ComplaintsInLists)).OfType<ReviewedCard>()
            .Where(card => filter.Takes(card.Card, card.Review)).ToList();
        return new ReviewPage(cards, keys.Count > limit ? keys[limit - 1].Position : null);
    });

    /// <summary>How many cards wait for the plaza, up to <paramref name="most"/>.</summary>
    public Task<int> CountPendingAsync(int most) => database.ReadAsync(tables => tables.Range(
        Review.Table, "queue", Review.QueueKey(CardStatus.Pending, 0), Review.QueueKey(CardStatus.Pending, LastTime), most).Count);

    private static List<(string Id, long Position)> Keys(Tables tables, ReviewFilter filter, long? after, int count)
    {
        if (filter.Reported && filter.Uid is null)
        {
            return tables.Range(Review.Table, "reported", Review.LeastReportedKey, (after ?? long.MaxValue) - 1, count, descending: true)
                .ConvertAll(review => (review["_id"].AsString, review["reported"].AsInt64));
        }

        var (low, high) = filter.OldestFirst ? ((after ?? 0) + 1, LastTime) : (0, Math.Min(after ?? long.MaxValue, LastTime + 1) - 1);
        var found = filter.Uid is { } uid
            ? tables.Range(Card.Table, "home", Card.HomeKey(uid, low), Card.HomeKey(uid, high), count, descending: !filter.OldestFirst)
            : tables.Range(Review.Table, "queue", Review.QueueKey(filter.Queue, low), Review.QueueKey(filter.Queue, high), count, descending: !filter.OldestFirst);
        return found.ConvertAll(document => (document["_id"].AsString, document["created"].AsInt64));
    }

    private static ReviewedCard? Load(Tables tables, string id, int complaints)
    {
        if (CardReads.Get(tables, id) is not { } card || Users.Get(tables, card.Uid) is not { } author)
        {
            return null;
        }

        var review = Review.Find(tables, id) ?? Review.Of(card);
        var reports = Reports.Of(tables, id, complaints).OrderByDescending(report => report.Created).ToList();
        return new(card, author, review, reports, Checks.Find(tables, id, card.Updated) is not null);
    }
}
