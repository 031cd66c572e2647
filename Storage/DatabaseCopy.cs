using LiteDB;
using Postcard.Storage.Engine;

namespace Postcard.Storage;

/// <summary>A copy of the database, of one moment, while the database itself goes on.</summary>
internal sealed class DatabaseCopy : IAsyncDisposable
{
    private readonly Database _database;
    private readonly IDiskFile _file;
    private readonly LiteStore _store;

    private DatabaseCopy(Database database, IDiskFile file, LiteStore store) => (_database, _file, _store) = (database, file, store);

    /// <inheritdoc cref="Database.ReadAsync"/>
    public Task<T> ReadAsync<T>(Func<Tables, T> read) => _database.ReadAsync(_ =>
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
        await _database.ReadAsync(_ =>
        {
            _store.Dispose();
            return true;
        });
        _file.Dispose();
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
