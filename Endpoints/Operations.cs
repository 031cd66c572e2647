using Postcard.Endpoints.Http;

namespace Postcard.Endpoints;

/// <summary>What the command line asks of the server as a whole.</summary>
internal static class Operations
{
    private const int DefaultLimit = 100;

    public static async Task StatsAsync(Call call)
    {
        var counts = await call.App.Store.Statistics.CountAsync();
        var none = Math.Max(0, counts.Cards - counts.Pending - counts.Approved - counts.Rejected);
        var cards = new CardCounts(counts.Cards, none, counts.Pending, counts.Approved, counts.Rejected, counts.Reported, counts.OnPlaza);
        var data = new StatsData(
            counts.Users, counts.Banned, cards, counts.Templates, counts.MediaBytes, counts.Uploads, counts.Sessions,
            counts.DatabaseBytes, counts.LogBytes, counts.FreeBytes);
        await Replies.OkAsync(call, data, Json.Default.StatsData);
    }

    public static async Task AuditAsync(Call call)
    {
        var limit = QueryFields.Limit(call) ?? DefaultLimit;
        var entries = await call.App.Store.Audit.ListAsync(Cursor.Read(call, long.MaxValue), limit + 1);
        IReadOnlyList<AuditData> data = [.. entries.Take(limit).Select(entry => new AuditData(Times.Format(entry.Time), entry.By, entry.Deed, entry.Target, entry.Reason))];
        await Replies.ListAsync(call, data, Json.Default.IReadOnlyListAuditData, Cursor.Write(entries.Count > limit ? entries[limit - 1].Time : null));
    }
}
