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

    /// <inheritdoc cref="Database.ReadAsync"/>
    public Task<T> ReadAsync<T>(Func<Tables, T> read) => PatientlyAsync(_ =>
    {
        var tables = new Tables(_store);
        _store.Begin();
        try
        {
            return read(tables);
        }
        finally
        {
            tables.End();
            _store.Commit();
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
        catch (LiteException e)
        {
            file.Dispose();
            throw new StorageMismatchException($"The copy of the database cannot be opened: {e.Message}");
        }
    }
}
