using System.Net;
using Microsoft.AspNetCore.Http;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class CodesTests : IAsyncLifetime
{
    private PostcardServer _server = null!;
    private Phone _alice = null!;
    private string _id = null!;

    private FakeWeChat WeChat => _server.WeChat;

    private Phone Stranger => _server.Stranger();

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync();
        _alice = await _server.LogInAsync("oAlice");
        _id = (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"c"}""")).Ok().GetProperty("id").GetString()!;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Code_AskedForAgain_IsTheOneThatWeChatDrewOnce()
    {
        var first = await CodeAsync();
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal("image/jpeg", first.ContentHeaders.ContentType!.MediaType);
        await _server.RestartAsync();
        var second = await CodeAsync();

        Assert.Equal(first.Body, second.Body);
        var asked = Assert.Single(WeChat.CallsOf(FakeWeChat.CodeDrawing)).Json;
        Assert.Equal(_id, asked.GetProperty("scene").GetString());
        Assert.Equal("pages/card/card", asked.GetProperty("page").GetString());
        Assert.Equal(430, asked.GetProperty("width").GetInt32());
        Assert.Equal(HttpStatusCode.NotModified, (await Stranger.GetAsync(PathOf(), ("If-None-Match", second.Headers.ETag!.Tag))).Status);
        var head = await Stranger.SendAsync(HttpMethod.Head, PathOf(), null);
        Assert.Equal((HttpStatusCode.OK, 0), (head.Status, head.Body.Length));
    }

    [Fact]
    public async Task Code_OfAnotherWidthOrPage_IsAnother()
    {
        await CodeAsync("?width=280");
        await CodeAsync("?width=281");
        await _server.RestartAsync(settings => settings with { WeChat = settings.WeChat with { CardPage = "pages/other" } });
        await CodeAsync("?width=280");

        Assert.Equal([280, 281, 280], WeChat.CallsOf(FakeWeChat.CodeDrawing).Select(call => call.Json.GetProperty("width").GetInt32()));
        Assert.Equal("pages/other", WeChat.CallsOf(FakeWeChat.CodeDrawing)[2].Json.GetProperty("page").GetString());
    }

    [Fact]
    public async Task Code_BelowTheFloorOfFreeDisk_IsNotDrawn()
    {
        await _server.RestartAsync(settings => settings with { MinFreeMegabytes = 1_000_000_000 });

        (await CodeAsync()).Refused(507, "storage_full");
        Assert.Empty(WeChat.CallsOf(FakeWeChat.CodeDrawing));
    }

    [Theory]
    [InlineData("279")]
    [InlineData("1281")]
    [InlineData("wide")]
    [InlineData("-300")]
    public async Task Code_WidthOutOfBounds_IsRefused(string width) =>
        Assert.Contains("width", (await CodeAsync("?width=" + width)).Refused(422, "invalid_field").Msg);

    [Fact]
    public async Task Code_OfNoCard_IsNotFound()
    {
        (await Stranger.GetAsync("/postcard/qrcode/00000000000000000000")).Refused(404, "not_found");
        (await Stranger.GetAsync("/postcard/qrcode/short")).Refused(400, "bad_request");
        Assert.Empty(WeChat.Calls);
    }

    [Fact]
    public async Task Code_OfARejectedCard_IsForItsOwner()
    {
        await CodeAsync();
        await _server.Service.App.Store.Reviews.DecideAsync(_id, CardStatus.Rejected, "no", Actor.CommandLine, null);

        (await CodeAsync()).Refused(404, "not_found");
        Assert.Equal(HttpStatusCode.OK, (await _alice.GetAsync(PathOf())).Status);
    }

    [Fact]
    public async Task Code_AskedForByManyAtOnce_IsDrawnOnce()
    {
        var gate = new TaskCompletionSource();
        WeChat.Answer(FakeWeChat.CodeDrawing, FakeWeChat.After(gate.Task, FakeWeChat.Bytes(Samples.Picture(430, 430))));
        var asking = Enumerable.Range(0, 20).Select(_ => CodeAsync()).ToList();
        await Until.EqualAsync(1, () => Task.FromResult(WeChat.CallsOf(FakeWeChat.CodeDrawing).Count));
        gate.SetResult();

        Assert.All(await Task.WhenAll(asking), reply => Assert.Equal(HttpStatusCode.OK, reply.Status));
        Assert.Single(WeChat.CallsOf(FakeWeChat.CodeDrawing));
    }

    [Fact]
    public async Task Code_AsPng_IsServedAsPng()
    {
        WeChat.Answer(FakeWeChat.CodeDrawing, FakeWeChat.Bytes(Samples.Picture(300, 300, format: ".png"), "application/octet-stream"));

        Assert.Equal("image/png", (await CodeAsync()).ContentHeaders.ContentType!.MediaType);
        Assert.Equal("image/png", (await CodeAsync()).ContentHeaders.ContentType!.MediaType);
        Assert.Single(WeChat.CallsOf(FakeWeChat.CodeDrawing));
    }

    [Fact]
    public async Task Codes_OfManyWidths_StayFewOnTheDisk()
    {
        for (var width = 300; width < 312; width++)
        {
            Assert.Equal(HttpStatusCode.OK, (await CodeAsync($"?width={width}")).Status);
        }

        Assert.Equal(4, Files().Length);
        WeChat.Answer(FakeWeChat.CodeDrawing, FakeWeChat.Bytes(Samples.Picture(640, 640)));
        Assert.Equal(Samples.Picture(640, 640), (await CodeAsync("?width=300")).Body);
    }

    [Fact]
    public async Task Code_OfADeletedCard_GoesWithIt()
    {
        await CodeAsync();
        Assert.Single(Files());
        (await _alice.DeleteAsync("/postcard/card/" + _id)).Ok();

        Assert.Empty(Files());
        (await CodeAsync()).Refused(404, "not_found");
    }

    [Fact]
    public async Task Code_CardDeletedWhileWeChatDraws_LeavesNothing()
    {
        WeChat.Answer(FakeWeChat.CodeDrawing, async http =>
        {
            (await _alice.DeleteAsync("/postcard/card/" + _id)).Ok();
            await FakeWeChat.Bytes(Samples.Picture())(http);
        });

        (await CodeAsync()).Refused(404, "not_found");
        Assert.Empty(Files());
    }

    [Theory]
    [InlineData(41030, 502, "wechat_unavailable")]
    [InlineData(45009, 429, "rate_limited")]
    [InlineData(40164, 502, "wechat_unavailable")]
    [InlineData(40013, 502, "wechat_unavailable")]
    [InlineData(-1, 502, "wechat_unavailable")]
    public async Task Code_WeChatRefuses_SaysSoAndKeepsNothing(int errcode, int status, string reason)
    {
        WeChat.Answer(FakeWeChat.CodeDrawing, FakeWeChat.Error(errcode));
        var reply = (await CodeAsync()).Refused(status, reason);

        Assert.Equal(status == 502 && errcode > 0, reply.Msg.Contains($"{errcode}", StringComparison.Ordinal));
        Assert.Empty(Files());
        WeChat.AnswerAsUsual(FakeWeChat.CodeDrawing);
        Assert.Equal(HttpStatusCode.OK, (await CodeAsync()).Status);
    }

    [Fact]
    public async Task Code_ServerWithoutAnAppId_SaysSo()
    {
        await _server.RestartAsync(settings => settings with { WeChat = settings.WeChat with { AppId = "" } });
        Assert.Contains("未配置", (await CodeAsync()).Refused(502, "wechat_unavailable").Msg);
    }

    [Fact]
    public async Task Codes_TooManyAtOnce_AreRefusedAndTheRestServed()
    {
        var gate = new TaskCompletionSource();
        WeChat.Answer(FakeWeChat.CodeDrawing, FakeWeChat.After(gate.Task, FakeWeChat.Bytes(Samples.Picture(300, 300))));
        var asking = Enumerable.Range(300, 70).Select(width => CodeAsync($"?width={width}")).ToList();
        await Until.EqualAsync(6, () => Task.FromResult(asking.Count(task => task.IsCompleted)));
        await Until.EqualAsync(4, () => Task.FromResult(WeChat.CallsOf(FakeWeChat.CodeDrawing).Count));
        gate.SetResult();

        var replies = await Task.WhenAll(asking);
        Assert.Equal(64, replies.Count(reply => reply.Status == HttpStatusCode.OK));
        Assert.All(replies.Where(reply => reply.Status != HttpStatusCode.OK), reply => reply.Refused(503, "busy"));
    }

    private string PathOf(string query = "") => $"/postcard/qrcode/{_id}{query}";

    private Task<Reply> CodeAsync(string query = "") => Stranger.GetAsync(PathOf(query));

    private string[] Files() => Directory.GetFiles(_server.Service.App.Store.Files.Users, "code-*", SearchOption.AllDirectories);
}
