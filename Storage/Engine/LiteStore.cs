using LiteDB;
using LiteDB.Engine;

namespace Postcard.Storage.Engine;

/// <summary>
/// LiteDB on our log. Belongs to the database thread. Any surprise is a fault, after which this store is closed
/// and the files are opened anew, since LiteDB's memory may no longer say what they say.
/// </summary>
internal sealed class LiteStore : IDisposable
{
    private static readonly Query DatabaseInfo = new();

    private readonly LiteEngine _engine;
    private readonly LogStream? _log;
    private readonly Dictionary<string, HashSet<string>> _indexes;
    private readonly PreparedQueries _queries = new();
    private readonly BsonValue[] _id = new BsonValue[1];
    private readonly BsonDocument[] _document = new BsonDocument[1];
    private bool _open;

    /// <param name="log">Null for a store that is only read.</param>
    public LiteStore(DataStream data, LogStream? log, IReadOnlyList<Collection> collections)
    {
        _log = log;
        _indexes = collections.ToDictionary(c => c.Name, c => c.Indexes.Select(i => i.Field).Append("_id").ToHashSet());
        _engine = new LiteEngine(new EngineSettings { DataStream = data, LogStream = (Stream?)log ?? new MemoryStream(), Collation = Collation.Binary });
    }

    /// <summary>What broke this store.</summary>
    public Exception? Fault { get; private set; }

    public bool IsReadOnly => _log is null;

    /// <summary>Bytes that the next checkpoint moves.</summary>
    public long LogBytes => _log?.Length ?? 0;

    /// <summary>Where the log ends whose changes were made durable.</summary>
    public long AcknowledgedLogBytes => _log!.AcknowledgedBytes;

    public void Begin() => Strictly(() => Expect(_open = _engine.BeginTrans(), "A transaction was left open."));

    public void Commit() => Strictly(() => Expect(!(_open = !_engine.Commit()), "The transaction was gone before its commit."));

    /// <summary>Undoes the transaction, unless LiteDB has when it refused a write.</summary>
    public void Undo()
    {
        if (_open)
        {
            Strictly(() => Expect(!(_open = !_engine.Rollback()), "The transaction was gone before its rollback."));
        }
    }

    public void ThrowIfBroken()
    {
        if (Fault is not null)
        {
            throw DiskFaults.ForCaller(Fault);
        }
    }

    /// <summary>Returns when all that was committed is on disk.</summary>
    public void MakeDurable() => Strictly(() =>
    {
        _log!.WaitFor(VirtualLogLength());
        _log.Sync();
    });

    /// <summary>Moves the log's pages into the data file.</summary>
    public void Checkpoint() => Strictly(() =>
    {
        if (_log!.Length == 0)
        {
            return;
        }

        _engine.Pragma("USER_VERSION", _log.NextStamp);
        MakeDurable();
        _engine.Checkpoint();
        Expect(_log.Length == 0, "The checkpoint left the log as it was.");
    });

    public BsonDocument? First(string collection, string field, BsonValue value)
    {
        var found = Run(collection, field, _queries.Equal(field, value));
        return found.Count == 0 ? null : found[0];
    }

    public List<BsonDocument> Range(string collection, string field, BsonValue low, BsonValue high, int limit, bool descending) =>
        Run(collection, field, _queries.Between(field, low, high, limit, descending));

    public List<BsonDocument> After(string collection, BsonValue id, int limit) => Run(collection, "_id", _queries.After(id, limit));

    public List<BsonValue> IdsAfter(string collection, BsonValue id, int limit) =>
        Run(collection, "_id", _queries.IdsAfter(id, limit)).ConvertAll(found => found["_id"]);

    public void Insert(string collection, BsonDocument document) => Change(collection, () => _engine.Insert(collection, One(document), BsonAutoId.ObjectId));

    public void Put(string collection, BsonDocument document) => Change(collection, () => _engine.Upsert(collection, One(document), BsonAutoId.ObjectId));

    public bool Delete(string collection, BsonValue id)
    {
        _id[0] = id;
        return Change(collection, () => _engine.Delete(collection, _id)) > 0;
    }

    /// <summary>Makes what is missing; reading a collection while it is made would close the engine, so all this comes before serving.</summary>
    /// <param name="stamp">Goes into a new file with its collections, so that none is ever seen without it.</param>
    public void CreateCollections(IReadOnlyList<Collection> collections, (string Collection, BsonDocument Document)? stamp)
    {
        var isNew = IsNew;
        Begin();
        Strictly(() =>
        {
            foreach (var collection in collections)
            {
                _engine.Insert(collection.Name, [], BsonAutoId.ObjectId);
                foreach (var index in collection.Indexes)
                {
                    _engine.EnsureIndex(collection.Name, index.Field, $"$.{index.Field}", index.Unique);
                }
            }

            if (isNew && stamp is { } put)
            {
                _engine.Insert(put.Collection, One(put.Document), BsonAutoId.ObjectId);
            }
        });
        Commit();
        MakeDurable();
    }

    /// <summary>Whether nothing was ever created in it: collections come all at once. One of an older release may lack some.</summary>
    public bool IsNew => !_engine.GetCollectionNames().Any();

    public void Dispose() => _engine.Dispose();

    /// <summary>Where LiteDB's log ends once its writer is done; the only public word about that.</summary>
    private long VirtualLogLength()
    {
        using var reader = _engine.Query("$database", DatabaseInfo);
        Expect(reader.Read(), "LiteDB says nothing about its log.");
        return reader.Current["logFileSize"].AsInt32;
    }

    private List<BsonDocument> Run(string collection, string field, Query query)
    {
        Expect(_indexes.TryGetValue(collection, out var indexes) && indexes.Contains(field), $"{collection}.{field} has no index.");
        return Guard(() =>
        {
            var found = new List<BsonDocument>();
            using var reader = _engine.Query(collection, query);
            while (reader.Read())
            {
                found.Add(reader.Current.AsDocument);
            }

            return found;
        }, refusals: false);
    }

    private int Change(string collection, Func<int> change)
    {
        Expect(_indexes.ContainsKey(collection), $"There is no collection {collection}.");
        try
        {
            return Guard(change);
        }
        catch (LiteException)
        {
            _open = false;
            throw;
        }
    }

    private BsonDocument[] One(BsonDocument document)
    {
        _document[0] = document;
        return _document;
    }

    private static void Expect(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    /// <summary>For what must not fail at all.</summary>
    private void Strictly(Action action) => Guard(() =>
    {
        action();
        return 0;
    }, refusals: false);

    /// <summary>For what LiteDB may refuse (a duplicate key, an index key too long): that leaves the engine whole.</summary>
    private T Guard<T>(Func<T> action, bool refusals = true)
    {
        ThrowIfBroken();
        try
        {
            return action();
        }
        catch (Exception e) when (!(refusals && IsRefusal(e)))
        {
            Fault ??= e;
            throw DiskFaults.ForCaller(Fault);
        }
    }

    private static bool IsRefusal(Exception e) =>
        e is LiteException { ErrorCode: not (LiteException.INVALID_DATAFILE_STATE or LiteException.ENGINE_DISPOSED) };
}
