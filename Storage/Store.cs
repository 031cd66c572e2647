using Microsoft.Extensions.Logging;

namespace Postcard.Storage;

/// <summary>
/// Everything that lasts: records in the database, media in the directories beside it. Nothing of the engine shows on this surface.
/// </summary>
internal sealed class Store : IAsyncDisposable
{
    private static readonly Collection[] Collections =
    [
        .. Users.Collections, .. Templates.Collections, .. Uploads.Collections, .. Cards.Collections, .. Saves.Collections,
        .. Reports.Collections, .. Idempotency.Collections, .. Erasure.Collections,
    ];

    private readonly Database _database;

    private Store(Database database, MediaFiles files, Caches caches, Clock clock, CardRenderer render, Quota quota, TimeProvider time)
    {
        var locks = new UserLocks();
        _database = database;
        Files = files;
        Templates = new(database, files, caches, time);
        Idempotency = new(database, time);
        Users = new(database, files, caches, time);
        Uploads = new(database, files, locks, quota, time);
        Reads = new(database, caches, render);
        Cards = new(database, files, caches, clock, locks, quota, Users, Idempotency, Reads);
        Saves = new(database, caches, clock, Reads);
        Reports = new(database, time);
        Erasure = new(database, files, locks, Users, Cards, Saves);
        Orphans = new(files, database, Reads, locks, time);
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

    /// <param name="directory">The data directory; made when it is not there.</param>
    /// <param name="cacheBytes">Bound of the records in memory.</param>
    /// <param name="quota">What each user may have.</param>
    /// <exception cref="DataDirectoryInUseException"/>
    /// <exception cref="StorageMismatchException">The files there do not belong together or are no database of ours.</exception>
    /// <exception cref="StorageFullException">There is no space to create it.</exception>
    /// <exception cref="IOException">The directory cannot be made, read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static async Task<Store> OpenAsync(string directory, long cacheBytes, CardRenderer render, Quota quota, TimeProvider time, ILogger log)
    {
        var (caches, clock) = (new Caches(cacheBytes), new Clock(time));
        var database = Database.Open(directory, Collections, new() { Logger = log, Time = time, Reopened = Restore });
        await database.ReadAsync(tables =>
        {
            Restore(tables);
            return true;
        });
        return new Store(database, new(directory), caches, clock, render, quota, time);

        void Restore(Tables tables)
        {
            caches.Clear();
            clock.Restore(tables);
            Templates.Restore(tables, caches);
        }
    }

    /// <summary>Reads and changes that wait for the database.</summary>
    public int Waiting => _database.Waiting;

    public bool IsBusy => _database.IsBusy;

    /// <summary>Whether the database takes changes.</summary>
    public bool IsReady => _database.State is DatabaseState.Ready;

    /// <summary>Ends without an exception when the database answers and the disk can be written.</summary>
    /// <exception cref="StorageUnavailableException">The database does not take changes now.</exception>
    public async Task CheckAsync()
    {
        if (_database.State is not DatabaseState.Ready)
        {
            throw new StorageUnavailableException();
        }

        await _database.ReadAsync(tables => tables.Find("meta", "clock"));
        Files.Probe();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
