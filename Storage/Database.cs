using Postcard.Storage.Engine;

namespace Postcard.Storage;

/// <summary>What a database can do at the moment.</summary>
internal enum DatabaseState
{
    /// <summary>Not even reads are served; it is tried again.</summary>
    Down,

    /// <summary>The disk is full or failing: reads are served, changes refused, writing is tried again.</summary>
    ReadOnly,

    Ready,
}

/// <summary>
/// The embedded database. One thread of its own takes reads and changes in fair order; all changes that wait are committed
/// together, with one fsync, before any of them is answered.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    private const int CopyChunkBytes = 1 << 20;

    private readonly DataLock? _lock;
    private readonly IReadOnlyList<Collection> _collections;
    private readonly DataFiles _files;
    private readonly WorkQueue _queue;
    private readonly Supervisor _supervisor;
    private readonly DatabaseThread _thread;

    private Database(IDisk disk, DataLock? dataLock, IReadOnlyList<Collection> collections, DatabaseOptions options)
    {
        _lock = dataLock;
        _collections = collections;
        _queue = new WorkQueue(options.QueueLimit, options.GroupLimit);
        _files = new DataFiles(disk, collections, options);
        try
        {
            _supervisor = new Supervisor(_files, options, _queue.Wake);
        }
        catch
        {
            _files.Dispose();
            throw;
        }

        _thread = new DatabaseThread(_queue, _supervisor, options);
    }

    /// <summary>For <c>/healthz</c>.</summary>
    public DatabaseState State => _supervisor.State;

    /// <summary>Reads and changes that wait.</summary>
    public int Waiting => _queue.Length;

    /// <summary>Whether half of those that may wait do, so that some will soon be refused.</summary>
    public bool IsBusy => 2 * Waiting >= _queue.Limit;

    /// <summary>
    /// Opens the database in a directory, which it creates and locks; all collections and indexes exist afterwards. On a full disk it
    /// opens for reading.
    /// </summary>
    /// <exception cref="DataDirectoryInUseException"/>
    /// <exception cref="StorageMismatchException">The files there do not belong together or are no database of ours.</exception>
    /// <exception cref="StorageFullException">There is no space to create it.</exception>
    /// <exception cref="IOException">The directory cannot be made, read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static Database Open(string directory, IReadOnlyList<Collection> collections, DatabaseOptions? options = null)
    {
        var dataLock = DataLock.Take(directory);
        try
        {
            return new Database(new FileDisk(directory), dataLock, collections, options ?? new());
        }
        catch
        {
            dataLock.Dispose();
            throw;
        }
    }

    /// <summary>Opens the database on a disk that nobody else uses.</summary>
    public static Database Open(IDisk disk, IReadOnlyList<Collection> collections, DatabaseOptions? options = null) =>
        new(disk, null, collections, options ?? new());

    /// <summary>Runs <paramref name="read"/> on the database thread. It returns values, never open queries.</summary>
    /// <exception cref="DatabaseBusyException"/>
    /// <exception cref="StorageUnavailableException"/>
    public Task<T> ReadAsync<T>(Func<Tables, T> read)
    {
        var work = new Read<T>(read);
        _queue.AddRead(work);
        return work.Task;
    }

    /// <summary>Runs <paramref name="change"/> in the next group commit; the task ends when it is on disk.</summary>
    /// <exception cref="DatabaseBusyException"/>
    /// <exception cref="StorageFullException">Nothing was changed.</exception>
    /// <exception cref="StorageUnavailableException">Nothing was changed.</exception>
    public Task<T> WriteAsync<T>(Func<Transaction, T> change)
    {
        var work = new Change<T>(change);
        _queue.AddChange(work);
        return work.Task;
    }

    /// <summary>Moves what is in the log into the data file now.</summary>
    public Task CheckpointAsync() => RunUpkeep(store =>
    {
        store.Checkpoint();
        return 0;
    });

    /// <summary>Writes a copy of the database, of one moment, to a new file. Reads and changes go on meanwhile.</summary>
    /// <exception cref="StorageUnavailableException">The disk failed meanwhile; there is no copy.</exception>
    /// <exception cref="IOException">The file exists already or cannot be written.</exception>
    /// <param name="durable">Whether it has to outlive a power cut. To sync a large file takes the log's fsyncs longer, too.</param>
    public async Task CopyAsync(string path, bool durable = true)
    {
        var generation = await RunUpkeep(store =>
        {
            store.Checkpoint();
            _thread.BeginCopy();
            return _supervisor.Generation;
        });
        try
        {
            await Task.Run(() => WriteCopy(path, durable));
            if (generation != _supervisor.Generation)
            {
                File.Delete(path);
                throw new StorageUnavailableException();
            }
        }
        finally
        {
            _thread.EndCopy();
        }
    }

    /// <summary>Opens a copy that <see cref="CopyAsync"/> made, for reading. It is read on this database's thread, the only one that may talk to LiteDB.</summary>
    /// <exception cref="StorageMismatchException">It cannot be opened.</exception>
    public Task<DatabaseCopy> OpenCopyAsync(string path) => ReadAsync(_ => DatabaseCopy.Open(this, path, _collections));

    /// <summary>Size of the data file.</summary>
    public long DataBytes => _files.Data.Length;

    /// <summary>Serves what waits, moves the log into the data file and releases the directory.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await Task.Run(_thread.Join);
        _supervisor.Dispose();
        _files.Dispose();
        _lock?.Dispose();
    }

    private Task<T> RunUpkeep<T>(Func<LiteStore, T> upkeep)
    {
        var work = new Upkeep<T>(upkeep);
        _queue.AddUpkeep(work);
        return work.Task;
    }

    private void WriteCopy(string path, bool durable)
    {
        var directory = new FileDisk(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var copy = directory.Create(Path.GetFileName(path));
        var chunk = new byte[CopyChunkBytes];
        for (var at = 0L; at < _files.Data.Length; at += chunk.Length)
        {
            copy.Write(chunk.AsSpan(0, _files.Data.Read(chunk, at)), at);
        }

        if (durable)
        {
            copy.Sync();
        }
    }
}
