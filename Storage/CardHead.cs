namespace Postcard.Storage;

/// <param name="Created">Unix time in milliseconds; unique among all cards.</param>
internal readonly record struct CardKey(long Created, string Id);

/// <summary>The newest keys of a list of cards in memory, so that the usual page needs no look into an index.</summary>
/// <param name="Keys">Newest first.</param>
/// <param name="Complete">Whether these are all.</param>
internal sealed record CardHead(CardKey[] Keys, bool Complete)
{
    /// <summary>Two of the largest pages.</summary>
    public const int Length = 200;

    public int Bytes => 40 + (88 * Keys.Length);

    public CardHead Add(CardKey key)
    {
        var at = 0;
        while (at < Keys.Length && Keys[at].Created > key.Created)
        {
            at++;
        }

        if (at == Keys.Length && !Complete)
        {
            return this;
        }

        CardKey[] keys = [.. Keys[..at], key, .. Keys[at..]];
        return keys.Length <= Length ? new(keys, Complete) : new(keys[..Length], Complete: false);
    }

    /// <summary>Null when too few are left to be worth keeping.</summary>
    public CardHead? Remove(string id)
    {
        var keys = Array.FindAll(Keys, key => key.Id != id);
        return Complete || keys.Length >= Length / 2 ? new(keys, Complete) : null;
    }

    /// <summary>Up to <paramref name="count"/> keys older than <paramref name="before"/>; null when they reach past what is in memory.</summary>
    public ArraySegment<CardKey>? Page(long before, int count)
    {
        var start = Array.FindIndex(Keys, key => key.Created < before);
        if (start < 0)
        {
            return Complete ? ArraySegment<CardKey>.Empty : default(ArraySegment<CardKey>?);
        }

        return Complete || Keys.Length - start >= count ? new(Keys, start, Math.Min(count, Keys.Length - start)) : default(ArraySegment<CardKey>?);
    }
}
