namespace Postcard.Storage;

/// <summary>
/// Everything that lasts: records in the database, media in the directories beside it. Nothing of the engine shows on this surface.
/// </summary>
internal sealed class Store : IAsyncDisposable
{
    private readonly Database _database;

    private Store(Database database, string directory, long cacheBytes, CardRenderer render, TimeProvider time)
    {
        var caches = new Caches(cacheBytes);
        var clock = new Clock(time);
        var locks = new UserLocks();
        _database = database;
        Files = new(directory);
        Idempotency = new(database, time);
        Users = new(database, Files, caches, time);
        Templates = new(database, Files, time);
        Uploads = new(database, Files, locks, time);
        Reads = new(database, caches, render);
        Cards = new(database, Files, caches, clock, locks, Users, Idempotency);
        Saves = new(database, caches, clock, Reads);
        Reports = new(database, time);
        Erasure = new(database, Files, locks, Users, Cards, Saves);
        Orphans = new(Files, database, Reads, locks, time);
        Restore = database.ReadAsync(tables =>
        {
            clock.Restore(tables);
            Templates.Restore(tables);
            return true;
        });
    }

    public MediaFiles Files { get; }
    public Idempotency Idempotency { get; }
    public Users Users { get; }
    public Templates Templates { get; }
    public Uploads Uploads { get; }
    public CardReads Reads { get; }
    public Cards Cards { get; }
    public Saves Saves { get; }
    public Reports Reports { get; }
    public Erasure Erasure { get; }
    public Orphans Orphans { get; }

    private Task Restore { get; }

    /// <param name="directory">The data directory; made when it is not there.</param>
    /// <param name="cacheBytes">Bound of the records in memory.</param>
    public static async Task<Store> OpenAsync(string directory, long cacheBytes, CardRenderer render, TimeProvider time)
    {
        Collection[] collections =
        [
            .. Users.Collections, .. Templates.Collections, .. Uploads.Collections, .. Cards.Collections, .. Saves.Collections,
            .. Reports.Collections, .. Idempotency.Collections, .. Erasure.Collections,
        ];
        var store = new Store(Database.Open(directory, collections), directory, cacheBytes, render, time);
        await store.Restore;
        return store;
    }

    /// <summary>Ends without an exception when the database answers and the disk can be written.</summary>
    public async Task CheckAsync()
    {
        await _database.ReadAsync(tables => tables.Find("meta", "clock"));
        Files.Probe();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
