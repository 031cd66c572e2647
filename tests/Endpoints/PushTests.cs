using System.Net;
using System.Text;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class PushTests : IAsyncLifetime
{
    private ReviewedServer _server = null!;
    private Phone _weChat = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ReviewedServer.StartAsync(byLink: true);
        _weChat = _server.Server.Stranger();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Confirm_PlatformsExample_EchoesAsPlainText()
    {
        var reply = await _weChat.GetAsync(
            Push.Path + "?signature=f464b24fc39322e44b38aa78f5edd27bd1441696&timestamp=1714036504&nonce=1514711492&echostr=4375120948345356249");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("text/plain", reply.ContentHeaders.ContentType!.MediaType);
        Assert.Equal("4375120948345356249", Encoding.UTF8.GetString(reply.Body));
    }

    [Theory]
    [InlineData("?signature=f464b24fc39322e44b38aa78f5edd27bd1441697&timestamp=1714036504&nonce=1514711492&echostr=1")]
    [InlineData("?signature=f464b24fc39322e44b38aa78f5edd27bd1441696&timestamp=1714036505&nonce=1514711492&echostr=1")]
    [InlineData("?echostr=1")]
    [InlineData("")]
    public async Task Confirm_WrongSignature_IsForbidden(string query)
    {
        (await _weChat.GetAsync(Push.Path + query)).Refused(403, "forbidden");
        (await _weChat.PostAsync(Push.Path + query, Push.ResultJson("trace-1", "pass"))).Refused(403, "forbidden");
    }

    [Fact]
    public async Task Push_NoTokenSet_IsNotThere()
    {
        await _server.Server.RestartAsync(settings => settings with { WeChat = settings.WeChat with { PushToken = null } });
        (await _weChat.GetAsync(Push.Path + Push.Query() + "&echostr=1")).Refused(404, "not_found");
        (await _weChat.PostAsync(Push.Path + Push.Query(), "{}")).Refused(404, "not_found");
    }

    [Theory]
    [InlineData("plain json")]
    [InlineData("plain xml")]
    [InlineData("safe json")]
    [InlineData("safe xml")]
    public async Task Push_ResultInEachForm_DecidesAboutTheCard(string form)
    {
        if (form.StartsWith("plain", StringComparison.Ordinal))
        {
            await WithoutKeyAsync();
        }

        var id = await _server.MakeWithPictureAsync();
        await _server.UntilAskedAsync(FakeWeChat.MediaCheck, 1);
        var message = form.EndsWith("xml", StringComparison.Ordinal) ? Push.ResultXml("trace-1", "pass") : Push.ResultJson("trace-1", "pass");
        var reply = form.StartsWith("safe", StringComparison.Ordinal) ? await SafeAsync(message, form) : await _weChat.PostAsync(Push.Path + Push.Query(), message);

        AssertTaken(reply);
        await _server.UntilStatusAsync(id, "approved");
    }

    [Fact]
    public async Task Push_PlainWhereThereIsAKey_IsForbidden()
    {
        (await _weChat.PostAsync(Push.Path + Push.Query(), Push.ResultJson("trace-1", "pass"))).Refused(403, "forbidden");
        (await _weChat.PostAsync(Push.Path + Push.Query(), Push.ResultXml("trace-1", "pass"))).Refused(403, "forbidden");
    }

    [Fact]
    public async Task Push_OfTheCompatibleMode_CountsByWhatIsSealedInIt()
    {
        var id = await _server.MakeWithPictureAsync();
        await _server.UntilAskedAsync(FakeWeChat.MediaCheck, 1);
        var text = Push.Seal(Push.ResultJson("trace-1", "pass"));
        AssertTaken(await _weChat.PostAsync(Push.Path + Push.SafeQuery(text), Push.ResultJson("trace-1", "risky").Replace("\"version\"", $"\"Encrypt\":\"{text}\",\"version\"", StringComparison.Ordinal)));

        await _server.UntilStatusAsync(id, "approved");
    }

    [Fact]
    public async Task Push_SealedForAnotherAppOrWrongly_IsForbidden()
    {
        var foreign = Push.Seal(Push.ResultJson("trace-1", "pass"), appId: "wx-other");
        (await _weChat.PostAsync(Push.Path + Push.SafeQuery(foreign), Outer(foreign))).Refused(403, "forbidden");
        var good = Push.Seal(Push.ResultJson("trace-1", "pass"));
        (await _weChat.PostAsync(Push.Path + Push.SafeQuery(foreign), Outer(good))).Refused(403, "forbidden");
        (await _weChat.PostAsync(Push.Path + Push.SafeQuery(""), "{}")).Refused(403, "forbidden");
        (await _weChat.PostAsync(Push.Path + Push.SafeQuery("AAAA"), Outer("AAAA"))).Refused(403, "forbidden");
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("""{"MsgType":"text","Content":"hello"}""")]
    [InlineData("""<!DOCTYPE a [<!ENTITY b "c">]><xml>&b;</xml>""")]
    public async Task Push_SomethingElse_IsTakenForRead(string body)
    {
        AssertTaken(await Push.SendAsync(_weChat, body));
        await WithoutKeyAsync();
        AssertTaken(await _weChat.PostAsync(Push.Path + Push.Query(), body));
    }

    [Theory]
    [InlineData(1100)]
    [InlineData(5000)]
    public async Task Push_TraceTooLongToBeOne_IsTakenForRead(int length) => AssertTaken(await _server.PushAsync(new string('t', length), "risky"));

    [Fact]
    public async Task Push_UnknownTrace_IsTakenAndIgnored()
    {
        AssertTaken(await _server.PushAsync("trace-of-nobody", "risky"));
        AssertTaken(await _server.PushAsync("trace-of-nobody", "pass"));
    }

    [Fact]
    public async Task Push_LargerThanItsBound_IsRefused() =>
        (await _weChat.PostAsync(Push.Path + Push.Query(), new string(' ', 70_000))).Refused(413, "too_large");

    private Task WithoutKeyAsync() => _server.Server.RestartAsync(settings => settings with { WeChat = settings.WeChat with { PushKey = null } });

    private Task<Reply> SafeAsync(string message, string form)
    {
        var text = Push.Seal(message);
        var body = form.EndsWith("xml", StringComparison.Ordinal)
            ? $"<xml><ToUserName><![CDATA[gh]]></ToUserName><Encrypt><![CDATA[{text}]]></Encrypt></xml>" : Outer(text);
        return _weChat.PostAsync(Push.Path + Push.SafeQuery(text), body);
    }

    private static string Outer(string text) => $$"""{"ToUserName":"gh","Encrypt":"{{text}}"}""";

    private static void AssertTaken(Reply reply)
    {
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("text/plain", reply.ContentHeaders.ContentType!.MediaType);
        Assert.Equal("success", Encoding.UTF8.GetString(reply.Body));
    }
}
