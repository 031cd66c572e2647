using LiteDB;

namespace Postcard.Storage;

/// <summary>What of a card is checked by itself.</summary>
[Flags]
internal enum CheckParts
{
    None = 0,
    Text = 1,
    Picture = 2,
    Sound = 4,
}

/// <param name="Parts">To be checked.</param>
/// <param name="Human">Whether the card waits for a human even when all of them pass.</param>
internal sealed record NewCheck(CheckParts Parts, bool Human);

/// <summary>A card's check under way.</summary>
/// <param name="Card">Its id.</param>
/// <param name="Updated">The card's, when it was put into the queue: another one voids the check.</param>
/// <param name="Due">When something has to be done about it, in Unix milliseconds.</param>
internal sealed record Check(string Card, long Updated, long Due)
{
    internal const string Table = "checks";

    /// <summary>Parts that somebody has still to ask about.</summary>
    public CheckParts Todo { get; init; }

    /// <summary>Parts whose results are pushed, by the ids under which they come.</summary>
    public IReadOnlyDictionary<string, CheckParts> Traces { get; init; } = new Dictionary<string, CheckParts>();

    /// <summary>Since when all traces wait, in Unix milliseconds.</summary>
    public long Asked { get; init; }

    /// <summary>Parts that must not be shown.</summary>
    public CheckParts Risky { get; init; }

    /// <inheritdoc cref="NewCheck"/>
    public bool Human { get; init; }

    /// <summary>How often asking failed.</summary>
    public int Failures { get; init; }

    /// <summary>Whether it is known what the check comes to.</summary>
    public bool Settled => Risky != CheckParts.None || (Todo == CheckParts.None && Traces.Count == 0);

    internal BsonDocument ToBson() => new()
    {
        ["_id"] = Card, ["updated"] = Updated, ["due"] = Due, ["todo"] = (int)Todo, ["asked"] = Asked, ["risky"] = (int)Risky, ["human"] = Human,
        ["failures"] = Failures, ["traces"] = new BsonArray(Traces.Select(trace => new BsonDocument { ["id"] = trace.Key, ["part"] = (int)trace.Value })),
    };

    internal static Check FromBson(BsonDocument document) =>
        new(document["_id"].AsString, document["updated"].AsInt64, document["due"].AsInt64)
        {
            Todo = (CheckParts)document["todo"].AsInt32, Asked = document["asked"].AsInt64, Risky = (CheckParts)document["risky"].AsInt32,
            Human = document["human"].AsBoolean, Failures = document["failures"].AsInt32,
            Traces = document["traces"].AsArray.ToDictionary(trace => trace["id"].AsString, trace => (CheckParts)trace["part"].AsInt32),
        };
}
