using System.Collections.Concurrent;
using LiteDB;

namespace Postcard.Storage;

/// <param name="Field">The indexed field; documents without it are under null.</param>
internal sealed record Index(string Field, bool Unique = false);

/// <summary>A collection and its indexes beside the one on <c>_id</c>.</summary>
internal sealed record Collection(string Name, params Index[] Indexes);

/// <summary>The disk is full: nothing was changed, reads go on, writes resume when there is space.</summary>
internal sealed class StorageFullException() : Exception("The disk is full.");

/// <summary>What reads and changes see of the database. Only valid inside the delegate that received it.</summary>
internal class Tables(LiteDatabase engine)
{
    private protected ILiteCollection<BsonDocument> Of(string collection) => engine.GetCollection(collection);

    public BsonDocument? Find(string collection, BsonValue id) => Of(collection).FindById(id);

    /// <summary>The first document with this value in an indexed field.</summary>
    public BsonDocument? FindBy(string collection, string field, BsonValue value) =>
        Of(collection).FindOne(LiteDB.Query.EQ(field, value));

    /// <summary>Documents with <paramref name="low"/> ≤ field ≤ <paramref name="high"/> in the field's order.</summary>
    public List<BsonDocument> Range(string collection, string field, BsonValue low, BsonValue high, int limit, bool descending = false)
    {
        var query = Of(collection).Query().Where(BsonExpression.Create($"$.{field} BETWEEN @0 AND @1", low, high));
        return (descending ? query.OrderByDescending($"$.{field}") : query.OrderBy($"$.{field}")).Limit(limit).ToList();
    }
}

/// <summary>
/// One change within a group commit. A change checks its preconditions before its first write: an exception after one
/// undoes the whole group, which is then run again change by change.
/// </summary>
internal sealed class Transaction(LiteDatabase engine) : Tables(engine)
{
    private readonly List<Action> _durable = [];

    public void Insert(string collection, BsonDocument document) => Of(collection).Insert(document);

    /// <summary>Inserts, or replaces what has the same <c>_id</c>.</summary>
    public void Put(string collection, BsonDocument document) => Of(collection).Upsert(document);

    public bool Delete(string collection, BsonValue id) => Of(collection).Delete(id);

    /// <summary>Runs on the database thread once the change is on disk, before its caller is answered: the place to keep caches true.</summary>
    public void OnDurable(Action action) => _durable.Add(action);

    internal void RunDurable() => _durable.ForEach(action => action());
}

/// <summary>
/// The embedded database. One thread of its own takes reads and changes in fair order; all changes that wait are committed
/// together, with one fsync, before any of them is answered.
/// </summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly LiteDatabase _engine;
    private readonly Thread _thread;

    private Database(string directory, IReadOnlyList<Collection> collections)
    {
        Directory.CreateDirectory(directory);
        _engine = new LiteDatabase($"Filename={Path.Combine(directory, "postcard.db")};Collation=/Ordinal");
        foreach (var collection in collections)
        {
            foreach (var index in collection.Indexes)
            {
                _engine.GetCollection(collection.Name).EnsureIndex(index.Field, $"$.{index.Field}", index.Unique);
            }
        }

        _thread = new Thread(() =>
        {
            foreach (var work in _work.GetConsumingEnumerable())
            {
                work();
            }
        });
        _thread.Start();
    }

    public static Database Open(string directory, IReadOnlyList<Collection> collections) => new(directory, collections);

    /// <summary>Runs <paramref name="read"/> on the database thread. It returns values, never open queries.</summary>
    public Task<T> ReadAsync<T>(Func<Tables, T> read) => Run(() => read(new Tables(_engine)));

    /// <summary>Runs <paramref name="change"/> in the next group commit; the task ends when it is on disk.</summary>
    /// <exception cref="StorageFullException">Nothing was changed.</exception>
    public Task<T> WriteAsync<T>(Func<Transaction, T> change) => Run(() =>
    {
        var transaction = new Transaction(_engine);
        _engine.BeginTrans();
        try
        {
            var result = change(transaction);
            _engine.Commit();
            transaction.RunDurable();
            return result;
        }
        catch
        {
            _engine.Rollback();
            throw;
        }
    });

    public async ValueTask DisposeAsync()
    {
        _work.CompleteAdding();
        await Task.Run(_thread.Join);
        _engine.Dispose();
    }

    private Task<T> Run<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }
}
