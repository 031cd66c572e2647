using LiteDB;
using Postcard.Storage.Engine;

namespace Postcard.Storage;

/// <param name="Field">The indexed field; documents without it are under null, which counts as a value for <paramref name="Unique"/>.</param>
internal sealed record Index(string Field, bool Unique = false);

/// <summary>A collection and its indexes beside the one on <c>_id</c>.</summary>
internal sealed record Collection(string Name, params Index[] Indexes);

/// <summary>What reads and changes see of the database. Only valid inside the delegate that received it.</summary>
internal class Tables(LiteStore store)
{
    private LiteStore? _store = store;

    private protected LiteStore Store =>
        _store ?? throw new InvalidOperationException("Tables were used outside of the delegate that received them.");

    public BsonDocument? Find(string collection, BsonValue id) => Store.First(collection, "_id", id);

    /// <summary>The first document with this value in an indexed field.</summary>
    public BsonDocument? FindBy(string collection, string field, BsonValue value) => Store.First(collection, field, value);

    /// <summary>Documents with <paramref name="low"/> ≤ field ≤ <paramref name="high"/> in the field's order; the field is indexed or <c>_id</c>.</summary>
    public List<BsonDocument> Range(string collection, string field, BsonValue low, BsonValue high, int limit, bool descending = false) =>
        Store.Range(collection, field, low, high, limit, descending);

    /// <summary>The first <paramref name="limit"/> documents in the order of <c>_id</c>, from the one behind <paramref name="after"/> on.</summary>
    public List<BsonDocument> All(string collection, BsonValue? after, int limit) =>
        Store.After(collection, after ?? BsonValue.MinValue, limit);

    /// <summary>The ids of <see cref="All"/>, also of documents that cannot be read.</summary>
    public List<BsonValue> Ids(string collection, BsonValue? after, int limit) =>
        Store.IdsAfter(collection, after ?? BsonValue.MinValue, limit);

    /// <summary>Whether nothing was ever created in the file.</summary>
    public bool IsNew => Store.IsNew;

    /// <summary>Makes every further use an error: LiteDB breaks when two threads talk to it.</summary>
    internal void End() => _store = null;
}

/// <summary>
/// One change within a group commit. A change checks its preconditions before its first write: an exception after one
/// undoes the whole group, which is then run again change by change. So a change may run twice, and has no effect but
/// on these tables and through <see cref="OnDurable"/>.
/// </summary>
internal sealed class Transaction(LiteStore store) : Tables(store)
{
    private List<Action>? _durable;

    /// <summary>Whether this change has written, so that its failure cannot be undone alone.</summary>
    internal bool Wrote { get; private set; }

    /// <summary>What a write failed with, even if the change went on: LiteDB has undone the whole transaction by then.</summary>
    internal Exception? Failure { get; private set; }

    public void Insert(string collection, BsonDocument document) => Write(() => Store.Insert(collection, document));

    /// <summary>Inserts, or replaces what has the same <c>_id</c>.</summary>
    public void Put(string collection, BsonDocument document) => Write(() => Store.Put(collection, document));

    public bool Delete(string collection, BsonValue id)
    {
        var found = false;
        Write(() => found = Store.Delete(collection, id));
        return found;
    }

    /// <summary>Runs on the database thread once the change is on disk, before its caller is answered: the place to keep caches true.</summary>
    public void OnDurable(Action action) => (_durable ??= []).Add(action);

    internal void RunDurable() => _durable?.ForEach(action => action());

    private void Write(Action write)
    {
        if (Failure is not null)
        {
            throw new InvalidOperationException("An earlier write of this change failed.", Failure);
        }

        Wrote = true;
        try
        {
            write();
        }
        catch (Exception e)
        {
            Failure = e;
            throw;
        }
    }
}
