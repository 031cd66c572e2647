using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Postcard.Tests.Support;
using Postcard.WeChat;

namespace Postcard.Tests.WeChat;

public sealed class AccessTokensTests : IAsyncLifetime
{
    private const string NotAllowed = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 7777-8888";

    private readonly LogLines _log = new();
    private readonly ManualTime _time = new();
    private FakeWeChat _weChat = null!;
    private WeChatClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _weChat = await FakeWeChat.StartAsync();
        _client = Client();
    }

    public async ValueTask DisposeAsync()
    {
        Assert.All(_log.Lines, line =>
        {
            Assert.DoesNotContain(FakeWeChat.Secret, line);
            Assert.DoesNotContain("access-token", line);
        });
        await _weChat.DisposeAsync();
    }

    [Fact]
    public async Task Token_AskedFor_IsFetchedOnceUntilShortlyBeforeItExpires()
    {
        Assert.Equal("access-token-1", await TokenAsync());
        _time.Advance(TimeSpan.FromMinutes(116));
        Assert.Equal("access-token-1", await TokenAsync());
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("access-token-2", await TokenAsync());

        var asked = _weChat.CallsOf(FakeWeChat.StableToken)[0].Json;
        Assert.Equal("client_credential", asked.GetProperty("grant_type").GetString());
        Assert.False(asked.GetProperty("force_refresh").GetBoolean());
    }

    [Fact]
    public async Task Token_AskedForByFiftyAtOnce_IsFetchedOnce()
    {
        var gate = new TaskCompletionSource();
        _weChat.Answer(FakeWeChat.StableToken, FakeWeChat.After(gate.Task, _weChat.NewToken()));
        var checks = Enumerable.Range(0, 50).Select(_ => CheckAsync()).ToList();
        gate.SetResult();

        Assert.All(await Task.WhenAll(checks), verdict => Assert.Equal(Verdict.Pass, verdict));
        Assert.Single(_weChat.CallsOf(FakeWeChat.StableToken));
    }

    [Fact]
    public async Task Token_FirstWhoAsksGoesAway_IsStillFetchedForTheOthers()
    {
        using var cancel = new CancellationTokenSource();
        var gate = new TaskCompletionSource();
        _weChat.Answer(FakeWeChat.StableToken, FakeWeChat.After(gate.Task, _weChat.NewToken()));
        var (first, second) = (_client.Tokens.GetAsync(cancel.Token), TokenAsync());
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();

        Assert.Equal("access-token-1", await second);
    }

    [Theory]
    [InlineData(40001)]
    [InlineData(40014)]
    [InlineData(42001)]
    public async Task Call_TokenNoLongerGood_IsRepeatedOnceWithANewOne(int errcode)
    {
        await CheckAsync();
        _weChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Error(errcode), FakeWeChat.Suggest("pass"));

        Assert.Equal(Verdict.Pass, await CheckAsync());
        Assert.Equal(["access-token-1", "access-token-1", "access-token-2"], _weChat.CallsOf(FakeWeChat.TextCheck).Select(call => call.Token));
    }

    [Fact]
    public async Task Call_NoTokenIsEverGood_EndsAfterTheSecondOne()
    {
        _weChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Error(40001));

        Assert.Equal(Verdict.Unsure, await CheckAsync());
        Assert.Equal(2, _weChat.CallsOf(FakeWeChat.StableToken).Count);
        Assert.Equal(2, _weChat.CallsOf(FakeWeChat.TextCheck).Count);
    }

    [Fact]
    public async Task Calls_ManyFindTheTokenExpired_FetchOneNewTokenForAll()
    {
        await CheckAsync();
        _weChat.ExpireTokens();

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CheckAsync())), verdict => Assert.Equal(Verdict.Pass, verdict));
        Assert.Equal(2, _weChat.CallsOf(FakeWeChat.StableToken).Count);
    }

    [Fact]
    public async Task Token_RefusedLate_LeavesTheNewerOne()
    {
        var first = await TokenAsync();
        _client.Tokens.Drop(first);
        var second = await TokenAsync();
        _client.Tokens.Drop(first);

        Assert.Equal(second, await TokenAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"access_token":"has space","expires_in":7200}""")]
    [InlineData("""{"access_token":"t","expires_in":0}""")]
    [InlineData("""{"access_token":"t","expires_in":"soon"}""")]
    [InlineData("""{"access_token":"t"}""")]
    public async Task Token_Garbage_IsNotKept(string body)
    {
        _weChat.Answer(FakeWeChat.StableToken, FakeWeChat.Json(body), _weChat.NewToken());

        Assert.Equal(WeChatFault.Unavailable, (await Assert.ThrowsAsync<WeChatException>(TokenAsync)).Fault);
        Assert.Equal("access-token-1", await TokenAsync());
    }

    [Fact]
    public async Task Token_NoAppId_AsksNobody()
    {
        var fault = await Assert.ThrowsAsync<WeChatException>(() => Client(appId: "").Tokens.GetAsync(TestContext.Current.CancellationToken));

        Assert.Equal(WeChatFault.NotConfigured, fault.Fault);
        Assert.Empty(_weChat.Calls);
    }

    [Fact]
    public async Task Token_ServerNotInTheWhitelist_TellsTheOperatorItsAddress()
    {
        _weChat.Answer(FakeWeChat.StableToken, FakeWeChat.Error(40164, NotAllowed));

        Assert.Equal(Verdict.Unsure, await CheckAsync());
        var line = Assert.Single(_log.Lines);
        Assert.StartsWith("Error: ", line);
        Assert.Contains("203.0.113.7", line);
        Assert.Contains("whitelist", line);
        Assert.Contains("7777-8888", line);
    }

    [Fact]
    public async Task Probe_EachWayThatItMayEnd_SaysSo()
    {
        Assert.Equal(new(WeChatProbeOutcome.Ok), await ProbeAsync(_client));
        Assert.Equal(new(WeChatProbeOutcome.AccountRefused, 40125), await ProbeAsync(Client(secret: "other")));
        Assert.Equal(new(WeChatProbeOutcome.AccountRefused), await ProbeAsync(Client(appId: "")));
        Assert.Equal(new(WeChatProbeOutcome.IpNotAllowed, 40164, "203.0.113.7"), await ProbeAnsweredAsync(FakeWeChat.Error(40164, NotAllowed)));
        Assert.Equal(new(WeChatProbeOutcome.IpNotAllowed, 40164), await ProbeAnsweredAsync(FakeWeChat.Error(40164, "forbidden")));
        Assert.Equal(new(WeChatProbeOutcome.Other, -1), await ProbeAnsweredAsync(FakeWeChat.Error(-1)));
        Assert.Equal(new(WeChatProbeOutcome.Other, 48001), await ProbeAnsweredAsync(FakeWeChat.Error(48001)));
        Assert.Equal(new(WeChatProbeOutcome.OutOfReach), await ProbeAnsweredAsync(FakeWeChat.Raw(502, "text/html", "<html>")));

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var api = $"http://{listener.LocalEndpoint}";
        listener.Stop();
        Assert.Equal(new(WeChatProbeOutcome.OutOfReach), await ProbeAsync(Client(api: api)));
    }

    private Task<WeChatProbe> ProbeAnsweredAsync(RequestDelegate reply)
    {
        _weChat.Answer(FakeWeChat.StableToken, reply);
        return ProbeAsync(_client);
    }

    private static Task<WeChatProbe> ProbeAsync(WeChatClient client) => client.Tokens.ProbeAsync(TestContext.Current.CancellationToken);

    private WeChatClient Client(string? api = null, string appId = FakeWeChat.AppId, string secret = FakeWeChat.Secret) =>
        new(WeChatHttp.Create(api ?? _weChat.Api), appId, secret, _log, _time);

    private Task<string> TokenAsync() => _client.Tokens.GetAsync(TestContext.Current.CancellationToken);

    private Task<Verdict> CheckAsync() => _client.Content.TextAsync("oUser", TextScene.Social, "你好", TestContext.Current.CancellationToken);
}
