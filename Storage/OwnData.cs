namespace Postcard.Storage;

/// <param name="Created">Unix time in milliseconds.</param>
/// <param name="Expires">Unix time in milliseconds.</param>
internal sealed record SessionTimes(long Created, long Expires);

/// <param name="Created">Unix time in milliseconds.</param>
internal sealed record OwnReport(string Card, string Reason, long Created);

/// <summary>A user's records, for the user to take along.</summary>
internal sealed class OwnData(Database database)
{
    /// <summary>Up to <paramref name="limit"/> of the user's cards created after <paramref name="after"/>, oldest first.</summary>
    public Task<List<Card>> CardsAsync(string uid, long after, int limit) => database.ReadAsync(tables =>
        tables.Range(Card.Table, "home", Card.HomeKey(uid, after + 1), uid + "}", limit).ConvertAll(Card.FromBson));

    public Task<List<Upload>> UploadsAsync(string uid) => database.ReadAsync(tables =>
        new[] { Uploads.Get(tables, uid, UploadKind.Image), Uploads.Get(tables, uid, UploadKind.Audio) }.OfType<Upload>().ToList());

    /// <summary>Oldest first; expired ones that were not swept yet among them.</summary>
    public Task<List<SessionTimes>> SessionsAsync(string uid) => database.ReadAsync(tables => Users.SessionsOf(tables, uid));

    public Task<List<OwnReport>> ReportsAsync(string uid) => database.ReadAsync(tables => Reports.By(tables, uid));
}
