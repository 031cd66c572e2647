using LiteDB;

namespace Postcard.Storage.Engine;

/// <summary>
/// The few query shapes there are, parsed once per field: LiteDB keeps every distinct expression text for ever and
/// parses it at each use. One thread runs one query at a time, so the parameters can be set in place.
/// </summary>
internal sealed class PreparedQueries
{
    private readonly Dictionary<string, Prepared> _equal = [];
    private readonly Dictionary<string, Prepared> _ascending = [];
    private readonly Dictionary<string, Prepared> _descending = [];
    private readonly Prepared _after = new("$._id > @0", "$._id", Query.Ascending);
    private readonly Prepared _idsAfter = new("$._id > @0", "$._id", Query.Ascending, "$._id");

    public Query Equal(string field, BsonValue value) => Get(_equal, field, Query.Ascending, "= @0").With(1, value);

    /// <remarks>One BETWEEN: two separate bounds would scan one of them.</remarks>
    public Query Between(string field, BsonValue low, BsonValue high, int limit, bool descending) =>
        Get(descending ? _descending : _ascending, field, descending ? Query.Descending : Query.Ascending, "BETWEEN @0 AND @1").With(limit, low, high);

    public Query After(BsonValue id, int limit) => _after.With(limit, id);

    /// <remarks>Read out of the index alone, without a look at the documents.</remarks>
    public Query IdsAfter(BsonValue id, int limit) => _idsAfter.With(limit, id);

    private static Prepared Get(Dictionary<string, Prepared> cache, string field, int order, string condition)
    {
        if (!cache.TryGetValue(field, out var prepared))
        {
            cache[field] = prepared = new Prepared($"$.{field} {condition}", $"$.{field}", order);
        }

        return prepared;
    }

    private sealed class Prepared
    {
        private readonly BsonDocument _parameters = [];
        private readonly Query _query;

        public Prepared(string condition, string field, int order, string select = "$")
        {
            _query = new Query { Select = BsonExpression.Create(select), OrderBy = field, Order = order };
            _query.Where.Add(BsonExpression.Create(condition, _parameters));
        }

        public Query With(int limit, BsonValue first, BsonValue? second = null)
        {
            _query.Limit = limit;
            _parameters["0"] = first;
            if (second is not null)
            {
                _parameters["1"] = second;
            }

            return _query;
        }
    }
}
