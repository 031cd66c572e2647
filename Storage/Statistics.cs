using LiteDB;
using Postcard.Storage.Engine;

namespace Postcard.Storage;

/// <summary>What is in the store. Bytes are those of media; the other sizes are of the disk.</summary>
internal sealed record StoreCounts
{
    public long Users { get; set; }
    public long Banned { get; set; }
    public long Cards { get; set; }
    public long Pending { get; set; }
    public long Approved { get; set; }
    public long Rejected { get; set; }
    public long Reported { get; set; }
    public long OnPlaza { get; set; }
    public long Templates { get; set; }
    public long MediaBytes { get; set; }
    public long Uploads { get; set; }
    public long Sessions { get; set; }
    public long DatabaseBytes { get; set; }
    public long LogBytes { get; set; }
    public long FreeBytes { get; set; }
}

/// <summary>Counts by looking at records in pages, so that nobody else waits longer than one page takes.</summary>
internal sealed class Statistics(Database database, MediaFiles files, Templates templates)
{
    private const int PageSize = 500;

    public async Task<StoreCounts> CountAsync()
    {
        var counts = new StoreCounts
        {
            Templates = templates.All.Count(),
            MediaBytes = templates.All.Sum(template => template.Blobs.Bytes),
            DatabaseBytes = SizeOf(DataFiles.DataName), LogBytes = SizeOf(DataFiles.LogName), FreeBytes = files.FreeBytes,
        };
        await ScanAsync(User.Table, document =>
        {
            var user = User.FromBson(document);
            counts.Users++;
            counts.Banned += user.Banned ? 1 : 0;
            counts.Cards += user.Cards;
            counts.MediaBytes += user.Bytes;
        });
        await ScanAsync(Review.Table, document =>
        {
            var review = Review.FromBson(document);
            counts.Pending += review.Status == CardStatus.Pending ? 1 : 0;
            counts.Approved += review.Status == CardStatus.Approved ? 1 : 0;
            counts.Rejected += review.Status == CardStatus.Rejected ? 1 : 0;
            counts.Reported += review.Reports > 0 ? 1 : 0;
        });
        await ScanAsync(CardReads.PlazaTable, _ => counts.OnPlaza++);
        await ScanAsync(Upload.Table, _ => counts.Uploads++);
        await ScanAsync(Users.Sessions, _ => counts.Sessions++);
        return counts;
    }

    private async Task ScanAsync(string collection, Action<BsonDocument> count)
    {
        BsonValue? after = null;
        do
        {
            var page = await database.ReadAsync(tables => tables.All(collection, after, PageSize));
            page.ForEach(count);
            after = page.Count < PageSize ? null : page[^1]["_id"];
        }
        while (after is not null);
    }

    private long SizeOf(string name) => new FileInfo(Path.Combine(files.Root, name)) is { Exists: true } file ? file.Length : 0;
}
