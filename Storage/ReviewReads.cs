using LiteDB;

namespace Postcard.Storage;

/// <param name="Complaints">Some of them at least, the latest first.</param>
internal sealed record ReviewedCard(Card Card, User Author, Review Review, IReadOnlyList<Report> Complaints);

/// <param name="Next">The position below which the next page starts; null on the last.</param>
internal sealed record ReviewPage(IReadOnlyList<ReviewedCard> Cards, long? Next);

/// <summary>Which cards a reviewer asks for. What is null or false does not matter.</summary>
/// <param name="Uid">The author's.</param>
/// <param name="Reported">Those with complaints since the last review, most complaints first; others are listed newest first.</param>
internal sealed record ReviewFilter(string? Status, bool Reported, string? Uid)
{
    public bool Takes(Card card, Review review) => (Status is null || card.Status == Status) && (!Reported || review.Reports > 0);
}

/// <summary>Cards as reviewers see them.</summary>
internal sealed class ReviewReads(Database database)
{
    private const int ComplaintsInLists = 10;
    private const int ComplaintsOfOne = 200;

    public Task<ReviewedCard?> FindAsync(string id) => database.ReadAsync(tables => Load(tables, id, ComplaintsOfOne));

    /// <summary>A page below <paramref name="before"/>; it may hold fewer than <paramref name="limit"/> cards, or none, and yet not be the last.</summary>
    /// <param name="filter">Without a user, it names a status or asks for the reported.</param>
    public Task<ReviewPage> ListAsync(ReviewFilter filter, long before, int limit) => database.ReadAsync(tables =>
    {
        var keys = Keys(tables, filter, before, limit + 1);
        var cards = keys.Take(limit).Select(key => Load(tables, key.Id, ComplaintsInLists)).OfType<ReviewedCard>()
            .Where(card => filter.Takes(card.Card, card.Review)).ToList();
        return new ReviewPage(cards, keys.Count > limit ? keys[limit - 1].Position : null);
    });

    private static List<(string Id, long Position)> Keys(Tables tables, ReviewFilter filter, long before, int count)
    {
        // 14 digits, as the keys have.
        var below = Math.Min(before, 99_999_999_999_999) - 1;
        if (filter.Uid is { } uid)
        {
            return tables.Range(Card.Table, "home", Card.HomeKey(uid, 0), Card.HomeKey(uid, below), count, descending: true)
                .ConvertAll(card => (card["_id"].AsString, card["created"].AsInt64));
        }

        return filter.Reported
            ? tables.Range(Review.Table, "reported", Review.LeastReportedKey, before - 1, count, descending: true)
                .ConvertAll(review => (review["_id"].AsString, review["reported"].AsInt64))
            : tables.Range(Review.Table, "queue", Review.QueueKey(filter.Status!, 0), Review.QueueKey(filter.Status!, below), count, descending: true)
                .ConvertAll(review => (review["_id"].AsString, review["created"].AsInt64));
    }

    private static ReviewedCard? Load(Tables tables, string id, int complaints)
    {
        if (CardReads.Get(tables, id) is not { } card || Users.Get(tables, card.Uid) is not { } author)
        {
            return null;
        }

        var review = Review.Find(tables, id) ?? Review.Of(card);
        var reports = Reports.Of(tables, id, complaints).OrderByDescending(report => report.Created).ToList();
        return new(card, author, review, reports);
    }
}
