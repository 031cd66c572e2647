using LiteDB;

namespace Postcard.Storage;

/// <summary>Looks at each record of a table, a few at a time, and at what is left of a damaged one.</summary>
internal sealed class RecordScan(Database database, MediaFiles files)
{
    private const int PageSize = 20;

    /// <param name="Document">Null when there is nothing to go on with.</param>
    private sealed record Look(BsonValue Id, BsonDocument? Document, Flaw? Flaw);

    /// <summary>Each document and what the check says of it; both of one moment. Of one that cannot be read or understood there is the flaw only.</summary>
    public async IAsyncEnumerable<(BsonDocument? Document, Flaw? Flaw)> AllAsync(string table, RecordCheck check)
    {
        BsonValue? after = null;
        for (var more = true; more;)
        {
            if (await PageAsync(table, check, after) is not { } page)
            {
                yield return (null, new("record", table, "cannot be listed: the database is damaged"));
                yield break;
            }

            foreach (var look in page)
            {
                yield return (look.Document, look.Flaw);
            }

            more = page.Count == PageSize;
            after = page.LastOrDefault()?.Id;
        }
    }

    /// <summary>Whether an exception means that something in the tables is not what was written: what readers of records throw at such fields, too.</summary>
    public static bool IsDamage(Exception e) => e is StorageDamagedException
        or NullReferenceException or InvalidCastException or FormatException or OverflowException or ArgumentException or KeyNotFoundException or IndexOutOfRangeException;

    private async Task<List<Look>?> PageAsync(string table, RecordCheck check, BsonValue? after)
    {
        try
        {
            return await database.ReadAsync(tables => tables.All(table, after, PageSize).ConvertAll(document => LookAt(tables, table, check, document)));
        }
        catch (StorageDamagedException)
        {
            // One of them, or what it is compared with; which, shows when each is read apart.
        }

        try
        {
            var page = new List<Look>();
            foreach (var id in await database.ReadAsync(tables => tables.Ids(table, after, PageSize)))
            {
                page.Add(await OneAsync(table, check, id));
            }

            return page;
        }
        catch (StorageDamagedException)
        {
            return null;
        }
    }

    private async Task<Look> OneAsync(string table, RecordCheck check, BsonValue id)
    {
        var flaw = "cannot be read: the database is damaged";
        try
        {
            await database.ReadAsync(tables => tables.Find(table, id));
            flaw = "cannot be compared with others, of which one cannot be read";
            return await database.ReadAsync(tables => tables.Find(table, id) is { } document ? LookAt(tables, table, check, document) : new(id, null, null));
        }
        catch (StorageDamagedException)
        {
            return new(id, null, Flaw.Of(table, id, flaw));
        }
    }

    private Look LookAt(Tables tables, string table, RecordCheck check, BsonDocument document)
    {
        var id = document["_id"];
        try
        {
            _ = NamedFiles.Of(files, table, document).Count();
            return new(id, document, check(tables, document));
        }
        catch (Exception e) when (IsDamage(e))
        {
            return new(id, null, Flaw.Of(table, id, "does not have the fields of such a record"));
        }
    }
}
