namespace Postcard.Storage;

/// <summary>
/// The ids under which WeChat pushes results: <c>{card, updated}</c> for what is waited for, <c>{verdict, created}</c> for what came before it was known that
/// anybody waits for it.
/// </summary>
internal static class Traces
{
    internal const string Table = "traces";
    private const int MostEarly = 100;
    private static readonly TimeSpan EarlyLifetime = TimeSpan.FromHours(1);

    internal static readonly Collection Collection = new(Table, new Index("created"));

    /// <summary>Notes that the check of this state of a card waits for a result.</summary>
    public static void Await(Transaction transaction, string trace, string card, long updated) =>
        transaction.Put(Table, new() { ["_id"] = trace, ["card"] = card, ["updated"] = updated });

    public static void Forget(Transaction transaction, string trace) => transaction.Delete(Table, trace);

    /// <summary>The result that came too early, which is forgotten; null when none did.</summary>
    public static Verdict? TakeEarly(Transaction transaction, string trace)
    {
        if (transaction.Find(Table, trace)?["verdict"] is not { IsInt32: true } verdict)
        {
            return null;
        }

        Forget(transaction, trace);
        return (Verdict)verdict.AsInt32;
    }

    /// <summary>Who waits for this result, and from now on no longer; null when nobody does. It is kept then, for an hour, among the latest hundred of its kind; once.</summary>
    /// <param name="now">In Unix milliseconds.</param>
    public static (string Card, long Updated)? Take(Transaction transaction, string trace, Verdict verdict, long now)
    {
        var known = transaction.Find(Table, trace);
        if (known is null)
        {
            KeepEarly(transaction, trace, verdict, now);
        }

        if (known?["card"] is not { IsString: true } card)
        {
            return null;
        }

        Forget(transaction, trace);
        return (card.AsString, known["updated"].AsInt64);
    }

    private static void KeepEarly(Transaction transaction, string trace, Verdict verdict, long now)
    {
        var early = transaction.Range(Table, "created", 0L, long.MaxValue, MostEarly);
        var tooOld = now - (long)EarlyLifetime.TotalMilliseconds;
        foreach (var old in early.Where((result, index) => result["created"].AsInt64 <= tooOld || index <= early.Count - MostEarly))
        {
            transaction.Delete(Table, old["_id"]);
        }

        transaction.Put(Table, new() { ["_id"] = trace, ["verdict"] = (int)verdict, ["created"] = now });
    }
}
