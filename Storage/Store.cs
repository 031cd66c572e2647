using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Postcard.Storage.Archives;
using Postcard.Storage.Engine;

namespace Postcard.Storage;

/// <summary>
/// Everything that lasts: records in the database, media in the directories beside it. Nothing of the engine shows on this surface.
/// </summary>
internal sealed class Store : IAsyncDisposable
{
    private static readonly Collection[] Collections =
    [
        .. Users.Collections, .. Templates.Collections, .. Uploads.Collections, .. CardWrites.Collections, .. Review.Collections, .. Saves.Collections,
        .. Reports.Collections, .. Idempotency.Collections, .. Erasure.Collections, .. Audit.Collections, .. Settling.Collections, .. Checks.Collections,
        .. Bans.Collections,
    ];

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Database _database;
    private long _probed;

    private Store(Database database, MediaFiles files, Caches caches, Clock clock, byte[] signingKey, CardRenderer render, Quota quota, TimeProvider time, ILogger log)
    {
        _time = time;
        SigningKey = signingKey;
        var locks = new UserLocks();
        _database = database;
        Files = files;
        Audit = new(database, clock);
        Templates = new(database, files, caches, Audit, time);
        Idempotency = new(database, time);
        Users = new(database, files, caches, time);
        Tokens = new(database, caches);
        Uploads = new(database, files, locks, quota, time);
        Reads = new(database, caches, render);
        Checks = new(database, time);
        var writes = new CardWrites(caches, Reads, clock);
        Cards = new(database, files, clock, locks, quota, Users, Idempotency, writes, Checks, Audit);
        Saves = new(database, caches, clock, Reads);
        Reports = new(database, writes, Audit, time);
        Reviews = new(database, writes, Audit);
        Own = new(database);
        ReviewReads = new(database);
        Settling = new(database, Users, writes, Checks, caches, clock);
        Accounts = new(database, Users, caches, Audit);
        Statistics = new(database, files, Templates);
        Erasure = new(database, files, locks, Users, writes, Saves, Audit);
        Codes = new(files, Reads, locks);
        Orphans = new(files, database, Reads, locks, time);
        Archiver = new(database, files, time, log);
    }

    /// <summary>Of the links that let somebody without a token see what is not public; 32 random bytes, made with the store.</summary>
    public ReadOnlyMemory<byte> SigningKey { get; }

    public MediaFiles Files { get; }
    public Idempotency Idempotency { get; }
    public Users Users { get; }
    public Tokens Tokens { get; }
    public Templates Templates { get; }
    public Uploads Uploads { get; }
    public CardReads Reads { get; }
    public Cards Cards { get; }
    public Saves Saves { get; }
    public Reports Reports { get; }
    public Reviews Reviews { get; }
    public Checks Checks { get; }
    public ReviewReads ReviewReads { get; }
    public Settling Settling { get; }
    public Accounts Accounts { get; }
    public Audit Audit { get; }
    public OwnData Own { get; }
    public Statistics Statistics { get; }
    public Erasure Erasure { get; }
    public Codes Codes { get; }
    public Orphans Orphans { get; }
    public Archiver Archiver { get; }

    /// <summary>Whether there is a store in a directory, or the beginnings of one.</summary>
    public static bool IsIn(string directory) =>
        File.Exists(Path.Combine(directory, DataFiles.DataName)) || File.Exists(Path.Combine(directory, DataLock.FileName));

    /// <param name="directory">The data directory; made when it is not there.</param>
    /// <param name="cacheBytes">Bound of the records in memory.</param>
    /// <param name="quota">What each user may have.</param>
    /// <exception cref="DataDirectoryInUseException"/>
    /// <exception cref="StorageMismatchException">The files there do not belong together, are no database of ours, or one of a newer release.</exception>
    /// <exception cref="StorageFullException">There is no space to create or upgrade it.</exception>
    /// <exception cref="IOException">The directory cannot be made, read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static async Task<Store> OpenAsync(string directory, long cacheBytes, CardRenderer render, Quota quota, TimeProvider time, ILogger log)
    {
        if (DataFiles.IsNew(directory) && MediaLayout.HoldsMedia(directory))
        {
            // A new store would take them all for files that no record names.
            throw new StorageMismatchException(
                $"there are media in {directory}, and no {DataFiles.DataName}: bring it back (was everything copied, is the right disk mounted?), or restore a backup with --replace");
        }

        var (caches, clock) = (new Caches(cacheBytes), new Clock(time));
        var schema = new Schema(directory, log);
        var database = Database.Open(directory, Collections, new() { Logger = log, Time = time, Reopened = Restore, Examine = schema.Examine, Stamp = Schema.Stamp });
        try
        {
            await schema.UpgradeAsync(database);
            await database.ReadAsync(tables =>
            {
                Restore(tables);
                return true;
            });
            return new Store(database, new(directory), caches, clock, await SigningKeyAsync(database), render, quota, time, log);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }

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

    /// <summary>Made for one look through the store.</summary>
    public Verifier NewVerifier() => new(_database, Files, Orphans);

    /// <summary>Ends without an exception when the database answers and the disk can be written.</summary>
    /// <exception cref="StorageUnavailableException">The database does not take changes now.</exception>
    public async Task CheckAsync()
    {
        if (_database.State is not DatabaseState.Ready)
        {
            throw new StorageUnavailableException();
        }

        await _database.ReadAsync(tables => tables.Find("meta", "clock"));

        // Anybody may ask as often as they like, but not for as many writes.
        var probed = Volatile.Read(ref _probed);
        if (probed == 0 || _time.GetElapsedTime(probed) > ProbeInterval)
        {
            Files.Probe();
            Volatile.Write(ref _probed, _time.GetTimestamp());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Archiver.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static async Task<byte[]> SigningKeyAsync(Database database)
    {
        var fresh = RandomNumberGenerator.GetBytes(32);
        try
        {
            return await database.WriteAsync(transaction =>
            {
                if (transaction.Find("meta", "signing") is { } present)
                {
                    return present["key"].AsBinary;
                }

                transaction.Put("meta", new() { ["_id"] = "signing", ["key"] = fresh });
                return fresh;
            });
        }
        catch (Exception e) when (e is StorageFullException or StorageUnavailableException)
        {
            // Opened for reading only: links of an earlier run do not hold then, and those of this one end with it.
            return fresh;
        }
    }
}
