using System.Text;
using Postcard.Tests.Support;

namespace Postcard.Tests.Jobs;

/// <summary>Clocks that go wrong, and a WeChat that does not answer at all.</summary>
public sealed class ChecksTroubleTests : IAsyncLifetime
{
    private ReviewedServer _server = null!;

    private FakeWeChat WeChat => _server.WeChat;

    public async ValueTask InitializeAsync() => _server = await ReviewedServer.StartAsync(byLink: true);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Queue_OfAWeChatThatDoesNotTellResults_IsCountedInTheMetrics()
    {
        await _server.MakeWithPictureAsync();
        await _server.MakeWithPictureAsync();
        await _server.UntilAskedAsync(FakeWeChat.MediaCheck, 2);
        await _server.UntilNothingIsDueAsync();
        await _server.Server.RestartAsync();
        await Until.EqualAsync(true, () => WaitingAsync(2));

        await _server.PushAsync("trace-1", "pass");
        await _server.PushAsync("trace-2", "pass");
        await _server.UntilDoneAsync();
        await Until.EqualAsync(true, () =>
        {
            _server.Time.Advance(TimeSpan.FromMinutes(1));
            return WaitingAsync(0);
        });

        async Task<bool> WaitingAsync(int cards) => Encoding.UTF8.GetString((await _server.Server.Stranger().GetAsync("/metrics")).Body)
            .Contains($"\npostcard_checks_waiting {cards}\n", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clock_PutBackWhileACheckPauses_DoesNotHoldItUp()
    {
        WeChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Error(-1));
        var id = ReviewedServer.IdOf(await _server.MakeAsync());
        await _server.UntilNothingIsDueAsync();
        WeChat.AnswerAsUsual(FakeWeChat.TextCheck);
        await PutClockBackAsync();
        Assert.Equal("pending", await _server.StatusAsync(id));
        _server.Time.Advance(TimeSpan.FromSeconds(5));

        await _server.UntilStatusAsync(id, "approved");
    }

    [Fact]
    public async Task Clock_PutBackWhileAResultIsAwaited_MakesNobodyWaitLonger()
    {
        var id = await _server.MakeWithPictureAsync();
        await _server.UntilAskedAsync(FakeWeChat.MediaCheck, 1);
        await _server.UntilNothingIsDueAsync();
        await PutClockBackAsync();
        for (var minute = 0; minute < 30; minute++)
        {
            await _server.UntilNothingIsDueAsync();
            _server.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await _server.UntilDoneAsync();
        Assert.Equal("pending", await _server.StatusAsync(id));
        Assert.Single(WeChat.CallsOf(FakeWeChat.MediaCheck));
    }

    [Fact]
    public async Task Calls_ThatGoUnansweredInARow_HoldUpNoMoreForAWhile()
    {
        WeChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Raw(502, "text/html", "<html>"));
        var ids = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            ids.Add(ReviewedServer.IdOf(await _server.MakeAsync()));
            await _server.UntilNothingIsDueAsync();
        }

        // Within the request for each card, and by the queue for four of them.
        Assert.Equal(10, WeChat.CallsOf(FakeWeChat.TextCheck).Count);
        WeChat.AnswerAsUsual(FakeWeChat.TextCheck);
        _server.Time.Advance(TimeSpan.FromSeconds(30));
        foreach (var id in ids)
        {
            await _server.UntilStatusAsync(id, "approved");
        }

        // Sixteen by now, and the next one that goes unanswered is the first in a row again.
        WeChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Raw(502, "text/html", "<html>"));
        await _server.MakeAsync();
        await _server.UntilNothingIsDueAsync();
        Assert.Equal(18, WeChat.CallsOf(FakeWeChat.TextCheck).Count);
    }

    /// <summary>Two hours, while the server is down.</summary>
    private async Task PutClockBackAsync()
    {
        await _server.Server.StopAsync();
        _server.Time.Advance(TimeSpan.FromHours(-2));
        await _server.Server.RestartAsync();
        var soon = (_server.Time.GetUtcNow() + TimeSpan.FromMinutes(30)).ToUnixTimeMilliseconds();
        await Until.EqualAsync(true, async () => await _server.Server.Service.App.Store.Checks.NextDueAsync() <= soon);
        await _server.UntilNothingIsDueAsync();
    }
}
