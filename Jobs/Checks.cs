using Microsoft.Extensions.Logging;
using Postcard.Storage;
using Postcard.WeChat;

namespace Postcard.Jobs;

/// <summary>
/// Has WeChat check the texts, pictures and voices of the cards in the queue, and decides about a card when all of it is known. What WeChat does
/// not answer stays pending, for a human.
/// </summary>
internal sealed partial class Checks : Job
{
    private const int AtOnce = 4, PageSize = 32;

    /// <summary>Shown to the author, in the product's first language.</summary>
    private const string RiskyReason = "未通过微信内容安全检测：";

    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CountInterval = TimeSpan.FromSeconds(30);

    private readonly Store _store;
    private readonly ContentSecurity _content;
    private readonly Func<string, string>? _link;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private long? _counted;

    /// <param name="link">
    /// Makes a link for WeChat, good for an hour or more, of a path; null where WeChat cannot reach this server or its pushes are not taken:
    /// pictures are sent to it then, and voices wait for a human.
    /// </param>
    public Checks(Store store, ContentSecurity content, Func<string, string>? link, TimeProvider time, ILogger<Checks> log) : base(time)
    {
        (_store, _content, _link, _time, _log) = (store, content, link, time, log);
        Begin();
    }

    protected override async Task<TimeSpan> StepAsync()
    {
        await CountAsync();
        var due = await _store.Checks.DueAsync(PageSize);
        if (due.Count > 0)
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Stopping };
            await Parallel.ForEachAsync(due, options, (check, cancel) => new(StepAsync(check, cancel)));
        }
        else
        {
            await RestAsync(await _store.Checks.NextDueAsync());
        }

        return TimeSpan.Zero;
    }

    protected override TimeSpan Failed(Exception e)
    {
        LogFault(ReasonOf(e));
        return PauseAfterFault;
    }

    /// <summary>For the metrics. Now and then only: a long queue is the slower to count.</summary>
    private async Task CountAsync()
    {
        if (_counted is not { } last || _time.GetElapsedTime(last) >= CountInterval)
        {
            await _store.Checks.CountAsync();
            _counted = _time.GetTimestamp();
        }
    }

    private async Task RestAsync(long? due)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
        var pause = due is { } next ? DateTimeOffset.FromUnixTimeMilliseconds(next) - _time.GetUtcNow() : LongestPause;
        if (pause > TimeSpan.Zero)
        {
            // Also for the count, and for a clock that is put right meanwhile.
            pause = pause < LongestPause ? pause : LongestPause;
            await Task.WhenAny(_store.Checks.ChangedAsync(enough.Token), Task.Delay(pause, _time, enough.Token));
        }

        await enough.CancelAsync();
        Stopping.ThrowIfCancellationRequested();
    }

    private async Task StepAsync(Check check, CancellationToken cancel)
    {
        var card = await _store.Reads.FindAsync(check.Card);
        if (check.Settled)
        {
            await SettleAsync(check, card);
        }
        else if (card?.Updated != check.Updated || await _store.Users.FindAsync(card.Uid) is not { } author)
        {
            await _store.Checks.RemoveAsync(check);
        }
        else if (Storage.Checks.IsHopeless(check) || _store.Checks.IsOverdue(check))
        {
            LogGivenUp();
            Count("no_answer");
            await _store.Checks.RemoveAsync(check);
        }
        else
        {
            await AskAsync(check, card, author, cancel);
        }
    }

    private async Task SettleAsync(Check check, Card? card)
    {
        if (check.Risky != CheckParts.None)
        {
            Count("rejected");
            await _store.Reviews.DecideAsync(check.Card, CardStatus.Rejected, RiskyReason + NamesOf(check.Risky), Actor.WeChat, check.Updated);
        }
        else if (check.Human)
        {
            Count("human");
        }
        else if (card?.Status == CardStatus.Pending)
        {
            Count("approved");
            await _store.Reviews.DecideAsync(check.Card, CardStatus.Approved, "", Actor.WeChat, check.Updated);
        }

        // A decision has taken the check along; what is not decided waits for a human.
        await _store.Checks.RemoveAsync(check);
    }

    private async Task AskAsync(Check check, Card card, User author, CancellationToken cancel)
    {
        if (_content.IsSilent && check.Todo != CheckParts.None)
        {
            // As if it had been asked: with a time-out for every card, a full queue would take longer than is promised, and so would results that are there.
            await _store.Checks.AnswerAsync(check, check.Todo, Verdict.Unsure);
            return;
        }

        if (check.Todo.HasFlag(CheckParts.Text))
        {
            await _store.Checks.AnswerAsync(check, CheckParts.Text, await _content.TextAsync(author.OpenId, TextScene.Social, card.TextsWith(author.Name), cancel));
        }

        if (check.Todo.HasFlag(CheckParts.Picture))
        {
            await (_link is null ? AnswerPictureAsync(check, card, cancel) : SubmitAsync(check, CheckParts.Picture, author, cancel));
        }

        if (check.Todo.HasFlag(CheckParts.Sound))
        {
            await (_link is null ? _store.Checks.AnswerAsync(check, CheckParts.Sound, Verdict.Review) : SubmitAsync(check, CheckParts.Sound, author, cancel));
        }
    }

    /// <summary>The small picture: it shows what the large one shows, is always within WeChat's bounds and needs no decoding.</summary>
    private async Task AnswerPictureAsync(Check check, Card card, CancellationToken cancel)
    {
        var verdict = Verdict.Unsure;
        try
        {
            var jpeg = await File.ReadAllBytesAsync(Path.Combine(_store.Files.CardDirectory(card.Uid, card.Id), card.Blobs.Mini!.Name), cancel);
            verdict = jpeg.Length <= ContentSecurity.MaxPictureBytes ? await _content.PictureAsync(jpeg, cancel) : Verdict.Review;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFault(ReasonOf(e));
        }

        await _store.Checks.AnswerAsync(check, CheckParts.Picture, verdict);
    }

    private async Task SubmitAsync(Check check, CheckParts part, User author, CancellationToken cancel)
    {
        var (path, medium) = part is CheckParts.Picture
            ? ("/postcard/image/" + check.Card, CheckedMedium.Picture)
            : ("/postcard/audio/" + check.Card, CheckedMedium.Sound);
        var trace = await _content.SubmitAsync(author.OpenId, medium, _link!(path), cancel);
        await (trace is null ? _store.Checks.AnswerAsync(check, part, Verdict.Unsure) : _store.Checks.WaitForAsync(check, part, trace));
    }

    private static void Count(string outcome) => JobsMeter.Checks.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    private static string NamesOf(CheckParts parts) => string.Join('、', new[]
    {
        parts.HasFlag(CheckParts.Text) ? "文字" : null,
        parts.HasFlag(CheckParts.Picture) ? "图片" : null,
        parts.HasFlag(CheckParts.Sound) ? "录音" : null,
    }.OfType<string>());

    [LoggerMessage(LogLevel.Warning, "WeChat did not say in time what it thinks of a card: it waits for a human")]
    private partial void LogGivenUp();

    [LoggerMessage(LogLevel.Warning, "A check could not be finished ({Reason}) and will be tried again")]
    private partial void LogFault(string reason);
}
