using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Postcard.Tests.Support;
using Postcard.WeChat;

namespace Postcard.Tests.WeChat;

public sealed class WeChatTransportTests : IAsyncLifetime
{
    private readonly LogLines _log = new();
    private FakeWeChat _weChat = null!;

    public async ValueTask InitializeAsync() => _weChat = await FakeWeChat.StartAsync();

    public ValueTask DisposeAsync() => _weChat.DisposeAsync();

    [Fact]
    public async Task Reply_CutInTheMiddle_IsUnavailable()
    {
        _weChat.Answer(FakeWeChat.StableToken, async http =>
        {
            http.Response.ContentLength = 1000;
            await http.Response.WriteAsync("""{"errcode":0""");
            await http.Response.Body.FlushAsync();
            http.Abort();
        });

        Assert.Equal(WeChatFault.Unavailable, (await Assert.ThrowsAsync<WeChatException>(() => SendAsync("cut", TestContext.Current.CancellationToken))).Fault);
        Assert.Contains("cut", Assert.Single(_log.Lines));
    }

    [Fact]
    public async Task Calls_OfEachOutcome_AreCountedByIt()
    {
        var counted = new ConcurrentQueue<(string?, string?)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument is { Meter.Name: "Postcard", Name: "postcard.wechat.calls" })
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Enqueue(((string?)tags[0].Value, (string?)tags[1].Value)));
        listener.Start();

        _weChat.Answer(FakeWeChat.StableToken, FakeWeChat.Json("{}"), FakeWeChat.Error(40013), FakeWeChat.Json("<html>"), FakeWeChat.HangUp);
        await SendAsync("counted", TestContext.Current.CancellationToken);
        await SendAsync("counted", TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<WeChatException>(() => SendAsync("counted", TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<WeChatException>(() => SendAsync("counted", TestContext.Current.CancellationToken));
        using var limit = new CancellationTokenSource();
        _weChat.Answer(FakeWeChat.StableToken, http =>
        {
            limit.Cancel();
            return _weChat.Silence(http);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SendAsync("counted", limit.Token));

        Assert.Equal(
            ["ok", "refused", "garbage", "out_of_reach", "no_answer"],
            counted.Where(call => call.Item1 == "counted").Select(call => call.Item2));
    }

    private async Task<WeChatReply> SendAsync(string api, CancellationToken cancel)
    {
        using var http = WeChatHttp.Create(_weChat.Api);
        using var request = new HttpRequestMessage(HttpMethod.Post, FakeWeChat.StableToken) { Content = new ByteArrayContent("{}"u8.ToArray()) };
        return await new WeChatTransport(http, _log, TimeProvider.System).SendAsync(api, request, WeChatHttp.MaxReplyBytes, cancel);
    }
}
