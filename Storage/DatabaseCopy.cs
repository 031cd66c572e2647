using LiteDB;
using Postcard.Storage.Engine;

namespace Postcard.Storage;

/// <summary>A copy of the database, of one moment, while the database itself goes on.</summary>
internal sealed class DatabaseCopy : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Database _database;
    private readonly IDiskFile _file;
    private readonly LiteStore _store;

    private DatabaseCopy(Database database, IDiskFile file, LiteStore store) => (_database, _file, _store) = (database, file, store);

    /// <exception cref="StorageDamagedException">A part of it cannot be read, and nothing more of it will be.</exception>
    /// <exception cref="StorageUnavailableException">The disk failed.</exception>
    public Task<T> ReadAsync<T>(Func<Tables, T> read) => PatientlyAsync(_ =>
    {
        var tables = new Tables(_store);
        try
        {
            _store.Begin();
            var result = read(tables);
            _store.Commit();
            return result;
        }
        catch (StorageUnavailableException e) when (!DiskFaults.IsOfDisk(e))
        {
            throw new StorageDamagedException(e);
        }
        finally
        {
            tables.End();
        }
    });

    /// <summary>Others wait for their answers; a copy has time.</summary>
    private async Task<T> PatientlyAsync<T>(Func<Tables, T> read)
    {
        while (true)
        {
            try
            {
                return await _database.ReadAsync(read);
            }
            catch (DatabaseBusyException)
            {
                await Task.Delay(Pause);
            }
        }
    }

    /// <summary>All documents of a collection in the order of <c>_id</c>, read <paramref name="page"/> at a time.</summary>
    public async IAsyncEnumerable<BsonDocument> AllAsync(string collection, int page)
    {
        for (BsonValue? after = null; ;)
        {
            var documents = await ReadAsync(tables => tables.All(collection, after, page));
            foreach (var document in documents)
            {
                yield return document;
            }

            if (documents.Count < page)
            {
                yield break;
            }

            after = documents[^1]["_id"];
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await PatientlyAsync(_ =>
            {
                _store.Dispose();
                return true;
            });
        }
        finally
        {
            _file.Dispose();
        }
    }

    /// <summary>Database thread only.</summary>
    internal static DatabaseCopy Open(Database database, string path, IReadOnlyList<Collection> collections)
    {
        var file = new FileDisk(Path.GetDirectoryName(path)!).Open(Path.GetFileName(path));
        try
        {
            return new(database, file, new LiteStore(new DataStream(file), null, collections));
        }
        catch (Exception e) when (!DiskFaults.IsDisk(e))
        {
            // Of a damaged file LiteDB complains in whatever way it stumbles over it.
            file.Dispose();
            throw new StorageMismatchException($"The copy of the database cannot be opened: {e.Message}");
        }
    }
}
