using System.Net;
using System.Net.Sockets;
using Postcard.Tests.Support;
using Postcard.WeChat;

namespace Postcard.Tests.WeChat;

public sealed class WeChatClientTests : IAsyncLifetime
{
    private const string OpenId = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";

    private readonly LogLines _log = new();
    private readonly ManualTime _time = new();
    private FakeWeChat _weChat = null!;

    public async ValueTask InitializeAsync() => _weChat = await FakeWeChat.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var line in _log.Lines)
        {
            Assert.DoesNotContain(FakeWeChat.Secret, line);
            Assert.DoesNotContain(FakeWeChat.SessionKey, line);
            Assert.DoesNotContain(OpenId, line);
            Assert.All(_weChat.CodesAsked, code => Assert.DoesNotContain(code, line));
        }

        await _weChat.DisposeAsync();
    }

    [Fact]
    public async Task OpenId_CodeThatWeChatIssued_IsTheUsers() =>
        Assert.Equal(OpenId, await AskAsync(_weChat.Issue("0a1b2c-issued", OpenId)));

    [Fact]
    public async Task OpenId_CodeWithCharactersOfAUrl_ReachesWeChatUnchanged()
    {
        Assert.Equal(OpenId, await AskAsync(_weChat.Issue("a&secret=b c+d/%41#中", OpenId)));
        Assert.Equal("a&secret=b c+d/%41#中", Assert.Single(_weChat.CodesAsked));
    }

    [Theory]
    [InlineData("""{"openid":"oX","session_key":"k","errcode":0,"errmsg":"ok"}""")]
    [InlineData("""{"errcode":"0","openid":"oX"}""")]
    [InlineData("""{"errcode":null,"openid":"oX","unionid":"u"}""")]
    public async Task OpenId_SuccessInAnotherShape_IsTaken(string body) =>
        Assert.Equal("oX", await AskAsync(_weChat.Script("shaped", FakeWeChat.Json(body))));

    [Theory]
    [InlineData(40029, nameof(WeChatFault.CodeRefused))]
    [InlineData(40163, nameof(WeChatFault.CodeRefused))]
    [InlineData(40226, nameof(WeChatFault.RiskyUser))]
    [InlineData(45011, nameof(WeChatFault.TooOften))]
    [InlineData(40013, nameof(WeChatFault.AccountRefused))]
    [InlineData(40125, nameof(WeChatFault.AccountRefused))]
    [InlineData(41002, nameof(WeChatFault.AccountRefused))]
    [InlineData(48001, nameof(WeChatFault.Refused))]
    public async Task OpenId_Errcode_IsMappedWithoutARetry(int errcode, string fault)
    {
        var code = _weChat.Script("scripted-code", FakeWeChat.Error(errcode));

        Assert.Equal(fault, (await FaultAsync(code)).ToString());
        Assert.Single(_weChat.CodesAsked);
    }

    [Fact]
    public async Task OpenId_ErrcodeAsString_IsMapped() => Assert.Equal(
        WeChatFault.CodeRefused,
        await FaultAsync(_weChat.Script("stringly", FakeWeChat.Json("""{"errcode":"40163","errmsg":"code been used"}"""))));

    [Theory]
    [InlineData(200, "application/json", "")]
    [InlineData(200, "text/html", "<html>maintenance</html>")]
    [InlineData(200, "text/plain", "{\"openid\":")]
    [InlineData(200, "text/plain", "null")]
    [InlineData(200, "text/plain", "[]")]
    [InlineData(200, "text/plain", "{}")]
    [InlineData(200, "text/plain", "{\"openid\":\"\"}")]
    [InlineData(200, "text/plain", "{\"openid\":7}")]
    [InlineData(200, "text/plain", "{\"openid\":\"has space\"}")]
    [InlineData(200, "text/plain", "{\"openid\":\"\\ud800\"}")]
    [InlineData(200, "text/plain", "{\"openid\":\"0123456789012345678901234567890123456789012345678901234567890123x\"}")]
    [InlineData(200, "text/plain", "{\"errcode\":{},\"openid\":\"oX\"}")]
    [InlineData(200, "text/plain", "{\"errcode\":\"many\",\"openid\":\"oX\"}")]
    [InlineData(500, "application/json", "{\"openid\":\"oX\"}")]
    [InlineData(302, "application/json", "{\"openid\":\"oX\"}")]
    public async Task OpenId_Garbage_IsUnavailable(int status, string type, string body)
    {
        Assert.Equal(WeChatFault.Unavailable, await FaultAsync(_weChat.Script("garbage-code", FakeWeChat.Raw(status, type, body))));
        Assert.Single(_weChat.CodesAsked);
    }

    [Fact]
    public async Task OpenId_ReplyLargerThanItsBound_IsUnavailable()
    {
        var body = $$"""{"openid":"oX","padding":"{{new string('x', WeChatHttp.MaxReplyBytes)}}"}""";

        Assert.Equal(WeChatFault.Unavailable, await FaultAsync(_weChat.Script("large-reply", FakeWeChat.Json(body))));
    }

    [Fact]
    public async Task OpenId_BusyOnce_IsAskedAgain()
    {
        var code = _weChat.Script("busy-once", FakeWeChat.Error(-1), FakeWeChat.OpenId(OpenId));

        Assert.Equal(OpenId, await AskAsync(code, Client(time: TimeProvider.System)));
        Assert.Equal(2, _weChat.CodesAsked.Count);
    }

    [Fact]
    public async Task OpenId_BusyTwice_IsUnavailableAndNotAskedAThirdTime()
    {
        var code = _weChat.Script("busy-twice", FakeWeChat.Error(-1));

        Assert.Equal(WeChatFault.Unavailable, await FaultAsync(code, Client(time: TimeProvider.System)));
        Assert.Equal(2, _weChat.CodesAsked.Count);
    }

    [Fact]
    public async Task OpenId_ConnectionEndsAfterTheRequest_IsNotAskedAgain()
    {
        var client = Client();
        await AskAsync(_weChat.Issue("warms-a-connection", OpenId), client);
        var code = _weChat.Script("hung-up", FakeWeChat.HangUp, FakeWeChat.OpenId(OpenId));

        Assert.Equal(WeChatFault.Unavailable, await FaultAsync(code, client));
        Assert.Equal(["warms-a-connection", "hung-up"], _weChat.CodesAsked);
    }

    [Fact]
    public async Task OpenId_NoAnswer_TimesOutAndIsNotAskedAgain()
    {
        var arrived = new TaskCompletionSource();
        var fault = FaultAsync(_weChat.Script("silence", http =>
        {
            arrived.SetResult();
            return _weChat.Silence(http);
        }));
        await arrived.Task;
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(fault.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(WeChatFault.TimedOut, await fault);
        Assert.Single(_weChat.CodesAsked);
    }

    [Fact]
    public async Task OpenId_CallerGoesAway_IsCancelledAndNotAFault()
    {
        using var cancel = new CancellationTokenSource();
        var code = _weChat.Script("caller-gone", http =>
        {
            cancel.Cancel();
            return _weChat.Silence(http);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Client().OpenIdOfAsync(code, cancel.Token));
    }

    [Fact]
    public async Task OpenId_NobodyListens_IsUnavailable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var api = $"http://{listener.LocalEndpoint}";
        listener.Stop();

        Assert.Equal(WeChatFault.Unavailable, await FaultAsync("unsent-code", Client(api: api)));
    }

    [Fact]
    public async Task OpenId_WrongSecret_TellsTheOperatorWithTheRid()
    {
        Assert.Equal(WeChatFault.AccountRefused, await FaultAsync("any-code", Client(secret: "wrong-secret-xyz")));

        var line = Assert.Single(_log.Lines);
        Assert.StartsWith("Error: ", line);
        Assert.Contains("40125", line);
        Assert.Contains("3333-4444", line);
        Assert.Contains("wechat.secret", line);
        Assert.DoesNotContain("wrong-secret-xyz", line);
    }

    private WeChatClient Client(string? api = null, string secret = FakeWeChat.Secret, TimeProvider? time = null) =>
        new(WeChatHttp.Create(api ?? _weChat.Api), FakeWeChat.AppId, secret, _log, time ?? _time);

    private Task<string> AskAsync(string code, WeChatClient? client = null) =>
        (client ?? Client()).OpenIdOfAsync(code, TestContext.Current.CancellationToken);

    private async Task<WeChatFault> FaultAsync(string code, WeChatClient? client = null) => (await Assert.ThrowsAsync<WeChatException>(
        () => (client ?? Client()).OpenIdOfAsync(code, TestContext.Current.CancellationToken))).Fault;
}
