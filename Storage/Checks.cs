using System.Threading.Channels;
using LiteDB;

namespace Postcard.Storage;

/// <summary>
/// The queue of cards that are being checked: one document per card, put in the same commit as the card, renewed by edits
/// and gone with a decision.
/// </summary>
internal sealed class Checks(Database database, TimeProvider time)
{
    /// <summary>Until when the results of what was asked may come; WeChat promises them within this time.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>How long to wait after each failure; after one more nobody asks again. Half an hour in all.</summary>
    private static readonly TimeSpan[] Pauses = [.. new[] { 5, 15, 45, 120, 300, 600, 720 }.Select(seconds => TimeSpan.FromSeconds(seconds))];

    /// <summary>A due time further ahead was set by a clock that ran ahead.</summary>
    private static readonly TimeSpan Furthest = Patience + TimeSpan.FromMinutes(1);

    private const int MostCounted = 10_000;

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    internal static readonly Collection[] Collections = [new(Check.Table, new Index("due")), Traces.Collection];

    /// <summary>Those that are due, the most urgent first.</summary>
    public async Task<List<Check>> DueAsync(int limit)
    {
        var (due, astray) = await database.ReadAsync(tables =>
            (tables.Range(Check.Table, "due", 0L, Now, limit).ConvertAll(Check.FromBson), Astray(tables, limit).Count > 0));
        if (astray)
        {
            await database.WriteAsync(transaction =>
            {
                Astray(transaction, limit).ForEach(check => Put(transaction, check with { Asked = Math.Min(check.Asked, Now) }));
                return true;
            });
        }

        return due;
    }

    /// <summary>How many were in the queue when <see cref="CountAsync"/> looked.</summary>
    public int Waiting { get; private set; }

    public async Task CountAsync() => Waiting = await database.ReadAsync(tables => tables.Ids(Check.Table, null, MostCounted).Count);

    /// <summary>When the next one is due, in Unix milliseconds; null when the queue is empty.</summary>
    public Task<long?> NextDueAsync() => database.ReadAsync(
        tables => tables.Range(Check.Table, "due", 0L, long.MaxValue, 1).ConvertAll(Check.FromBson).FirstOrDefault()?.Due);

    /// <summary>Ends when something was put into the queue or came due earlier than it was, now or since the last call.</summary>
    public async Task ChangedAsync(CancellationToken cancel) => await _changed.Reader.ReadAsync(cancel);

    /// <summary>Whether asking failed too often.</summary>
    public static bool IsHopeless(Check check) => check.Failures > Pauses.Length;

    /// <summary>Whether results have not come for <see cref="Patience"/>.</summary>
    public bool IsOverdue(Check check) => check.Traces.Count > 0 && check.Asked + (long)Patience.TotalMilliseconds <= Now;

    /// <summary>Notes what parts of a check came to at once. <see cref="Verdict.Unsure"/> has them asked about again, after a pause.</summary>
    public Task AnswerAsync(Check seen, CheckParts parts, Verdict verdict) => database.WriteAsync(transaction =>
    {
        if (Find(transaction, seen.Card, seen.Updated) is { } check)
        {
            Put(transaction, After(check with { Todo = check.Todo & ~parts }, parts, verdict, seen.Failures));
        }

        return true;
    });

    /// <summary>Notes that the result for a part will be pushed. If it came already, it counts now.</summary>
    public Task WaitForAsync(Check seen, CheckParts part, string trace) => database.WriteAsync(transaction =>
    {
        if (Find(transaction, seen.Card, seen.Updated) is not { } check)
        {
            return false;
        }

        check = check with { Todo = check.Todo & ~part };
        if (Traces.TakeEarly(transaction, trace) is { } verdict)
        {
            Put(transaction, After(check, part, verdict, seen.Failures));
            return true;
        }

        Put(transaction, check with { Asked = Now, Traces = new Dictionary<string, CheckParts>(check.Traces) { [trace] = part | check.Traces.GetValueOrDefault(trace) } });
        Traces.Await(transaction, trace, check.Card, check.Updated);
        return true;
    });

    /// <summary>Takes a pushed result, which counts once. It may be faster than the commit that says that somebody waits for it.</summary>
    public Task ResultAsync(string trace, Verdict verdict) => database.WriteAsync(transaction =>
    {
        if (Traces.Take(transaction, trace, verdict, Now) is var (card, updated)
            && Find(transaction, card, updated) is { } check && check.Traces.TryGetValue(trace, out var part))
        {
            Put(transaction, After(check with { Traces = check.Traces.Where(other => other.Key != trace).ToDictionary() }, part, verdict, check.Failures));
        }

        return true;
    });

    /// <summary>Takes a check out of the queue; the card stays as it is. One that did not pass and is on no way to the plaza is noted for reviewers.</summary>
    public Task RemoveAsync(Check seen) => database.WriteAsync(transaction =>
    {
        if (Find(transaction, seen.Card, seen.Updated) is not { } check)
        {
            return true;
        }

        Forget(transaction, seen.Card);
        if ((check.Human || !check.Settled) && CardReads.Get(transaction, seen.Card) is { Status: CardStatus.None } card)
        {
            ((Review.Find(transaction, card.Id) ?? Review.Of(card)) with { Unchecked = true }).Put(transaction);
        }

        return true;
    });

    /// <summary>
    /// Has an edited card checked. A picture or sound that the edit left is not asked about anew, or edits would keep its check from ever ending: what WeChat
    /// finds at its link is what it was asked about.
    /// </summary>
    /// <param name="left">What is to be checked of the card as it now is.</param>
    internal void Renew(Transaction transaction, Card before, Card after, NewCheck? left)
    {
        var running = Find(transaction, before.Id, before.Updated);
        Forget(transaction, before.Id);
        if (left is null)
        {
            return;
        }

        running ??= new(before.Id, before.Updated, Now);
        var same = left.Parts & SameMedia(before, after);
        var traces = running.Traces.Where(trace => (trace.Value & same) != 0).ToDictionary(trace => trace.Key, trace => trace.Value & same);
        var (risky, asked) = (running.Risky & same, traces.Values.Aggregate(CheckParts.None, (sum, part) => sum | part));
        Carry(transaction, running with { Todo = left.Parts & ~(asked | risky), Traces = traces, Risky = risky, Human = left.Human, Failures = 0 }, after);
    }

    internal void Put(Transaction transaction, Card card, NewCheck check) =>
        Put(transaction, new Check(card.Id, card.Updated, Now) { Todo = check.Parts, Human = check.Human });

    /// <summary>Takes a check, as it has become, along to another state of its card.</summary>
    internal void Carry(Transaction transaction, Check check, Card card)
    {
        foreach (var trace in check.Traces.Keys)
        {
            Traces.Await(transaction, trace, card.Id, card.Updated);
        }

        Put(transaction, check with { Updated = card.Updated });
    }

    /// <summary>The check of this very state of the card.</summary>
    internal static Check? Find(Tables tables, string card, long updated) =>
        tables.Find(Check.Table, card) is { } document && document["updated"].AsInt64 == updated ? Check.FromBson(document) : null;

    /// <summary>What was asked about the card says nothing any more. False when nothing was.</summary>
    internal static bool Forget(Transaction transaction, string card)
    {
        if (transaction.Find(Check.Table, card) is not { } document)
        {
            return false;
        }

        foreach (var trace in Check.FromBson(document).Traces.Keys)
        {
            Traces.Forget(transaction, trace);
        }

        return transaction.Delete(Check.Table, card);
    }

    private static CheckParts SameMedia(Card before, Card after) =>
        (after.OwnBlobs.Image?.Hash == before.OwnBlobs.Image?.Hash ? CheckParts.Picture : 0) | (after.OwnBlobs.Audio?.Hash == before.OwnBlobs.Audio?.Hash ? CheckParts.Sound : 0);

    private List<Check> Astray(Tables tables, int limit) =>
        tables.Range(Check.Table, "due", Now + (long)Furthest.TotalMilliseconds, long.MaxValue, limit).ConvertAll(Check.FromBson);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <param name="failures">Before this round of questions, which counts as one however many parts fail.</param>
    private static Check After(Check check, CheckParts parts, Verdict verdict, int failures) => verdict switch
    {
        Verdict.Pass => check,
        Verdict.Review => check with { Human = true },
        Verdict.Risky => check with { Risky = check.Risky | parts },
        _ => check with { Todo = check.Todo | parts, Failures = failures + 1 },
    };

    private void Put(Transaction transaction, Check check)
    {
        var due = check switch
        {
            // Before all that has to be asked about.
            { Settled: true } => 0,
            { Todo: CheckParts.None } => check.Asked + (long)Patience.TotalMilliseconds,
            { Failures: 0 } => Now,
            _ => Now + (long)Pauses[Math.Min(check.Failures, Pauses.Length) - 1].TotalMilliseconds,
        };
        transaction.Put(Check.Table, (check with { Due = due }).ToBson());
        transaction.OnDurable(() => _changed.Writer.TryWrite(true));
    }
}
