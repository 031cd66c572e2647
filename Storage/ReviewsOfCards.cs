namespace Postcard.Storage;

/// <summary>From schema 1 to 2: cards that have a standing for the plaza, or complaints, get their review records.</summary>
internal static class ReviewsOfCards
{
    private const int PageSize = 50;

    public static async Task MakeAsync(Database database)
    {
        for (string? after = null; ;)
        {
            var last = await database.WriteAsync(transaction =>
            {
                var cards = transaction.All(Card.Table, after, PageSize).ConvertAll(Card.FromBson);
                cards.ForEach(card => Make(transaction, card));
                return cards.Count < PageSize ? null : cards[^1].Id;
            });
            if (last is null)
            {
                return;
            }

            after = last;
        }
    }

    private static void Make(Transaction transaction, Card card)
    {
        var reports = Reports.Of(transaction, card.Id, int.MaxValue);
        if (card.Status != CardStatus.None || reports.Count > 0)
        {
            (Review.Of(card) with { Reports = reports.Count, Reported = reports.Select(report => report.Created).DefaultIfEmpty().Max() }).Put(transaction);
        }
    }
}
