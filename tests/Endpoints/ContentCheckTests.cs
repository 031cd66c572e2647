using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class ContentCheckTests : IAsyncLifetime
{
    private ReviewedServer _server = null!;

    private Phone Alice => _server.Alice;

    private FakeWeChat WeChat => _server.WeChat;

    public async ValueTask InitializeAsync() => _server = await ReviewedServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Create_TextsPass_IsApprovedAtOnce()
    {
        (await Alice.PutAsync("/postcard/access", """{"wx_name":"小丽"}""")).Ok();
        var card = await _server.MakeAsync("第一行\\n第二行");

        Assert.Equal("approved", card.GetProperty("status").GetString());
        Assert.Equal(1, await _server.OnPlazaAsync());
        var asked = WeChat.CallsOf(FakeWeChat.TextCheck)[^1].Json;
        Assert.Equal("标题\n小丽\n阿明\n第一行\n第二行\n小丽", asked.GetProperty("content").GetString());
        Assert.Equal(ReviewedServer.OpenId, asked.GetProperty("openid").GetString());
        Assert.Equal(4, asked.GetProperty("scene").GetInt32());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_TextIsRisky_IsRefusedAndTakesNothing(bool plaza)
    {
        (await Alice.UploadAsync("image", Samples.Picture())).Ok();
        (await Alice.PostAsync("/postcard/card", ReviewedServer.Body("违法", ",\"img\":true", plaza))).Refused(422, "rejected_content");

        Assert.Equal(0, (await Alice.GetAsync("/postcard/home")).Ok().GetArrayLength());
        (await Alice.PostAsync("/postcard/card", ReviewedServer.Body("好的", ",\"img\":true"))).Ok();
    }

    [Fact]
    public async Task Create_NothingButTheNameIsRisky_IsRefused()
    {
        WeChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Suggest("pass"));
        (await Alice.PutAsync("/postcard/access", """{"wx_name":"违法"}""")).Ok();
        WeChat.AnswerAsUsual(FakeWeChat.TextCheck);

        (await Alice.PostAsync("/postcard/card", ReviewedServer.Body("好的"))).Refused(422, "rejected_content");
    }

    [Fact]
    public async Task Create_TextIsWorthAReview_WaitsForAHuman()
    {
        var id = ReviewedServer.IdOf(await _server.MakeAsync("可疑"));

        Assert.Equal("pending", await _server.StatusAsync(id));
        await _server.UntilDoneAsync();
        Assert.Equal("pending", await _server.StatusAsync(id));
        Assert.Equal(0, await _server.OnPlazaAsync());
        Assert.Single(WeChat.CallsOf(FakeWeChat.TextCheck));
    }

    [Fact]
    public async Task Create_WeChatIsBusy_IsPendingUntilItAnswers()
    {
        var gate = new TaskCompletionSource();
        WeChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Error(-1), FakeWeChat.After(gate.Task, FakeWeChat.Suggest("pass")));
        var id = ReviewedServer.IdOf(await _server.MakeAsync());

        Assert.Equal("pending", await _server.StatusAsync(id));
        gate.SetResult();
        await _server.UntilStatusAsync(id, "approved");
        Assert.Equal(1, await _server.OnPlazaAsync());
    }

    [Fact]
    public async Task Create_WeChatIsSilent_IsAnsweredAfterTwoSeconds()
    {
        var arrived = new TaskCompletionSource();
        WeChat.Answer(FakeWeChat.TextCheck, http =>
        {
            arrived.TrySetResult();
            return WeChat.Silence(http);
        });
        var making = _server.MakeAsync();
        await arrived.Task;
        Assert.False(making.IsCompleted);
        _server.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("pending", (await making).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Create_TextTurnsOutRiskyLater_IsRejected()
    {
        WeChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Json("garbage"), FakeWeChat.Suggest("risky"));
        var id = ReviewedServer.IdOf(await _server.MakeAsync());

        await _server.UntilStatusAsync(id, "rejected");
        Assert.Contains("文字", (await Alice.GetAsync("/postcard/card/" + id)).Ok().GetProperty("reason").GetString());
        (await _server.Server.Stranger().GetAsync("/postcard/card/" + id)).Refused(404, "not_found");
    }

    [Fact]
    public async Task Create_OffThePlaza_StaysThere()
    {
        WeChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Error(61010), FakeWeChat.Suggest("pass"));
        var id = ReviewedServer.IdOf(await _server.MakeAsync(plaza: false));

        await _server.UntilDoneAsync();
        Assert.Equal("none", await _server.StatusAsync(id));
    }

    [Fact]
    public async Task Create_RepeatedWithItsKey_AnswersWithTheFirstCardAndAsksNobody()
    {
        var key = ("Idempotency-Key", "draft-1");
        var first = ReviewedServer.IdOf((await Alice.PostAsync("/postcard/card", ReviewedServer.Body("春天"), key)).Ok());
        WeChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Suggest("risky"));

        Assert.Equal(first, ReviewedServer.IdOf((await Alice.PostAsync("/postcard/card", ReviewedServer.Body("春天"), key)).Ok()));
        (await Alice.PostAsync("/postcard/card", ReviewedServer.Body("夏天"), key)).Refused(409, "conflict");
        Assert.Single(WeChat.CallsOf(FakeWeChat.TextCheck));
    }

    [Fact]
    public async Task Edit_OverAnotherEditThatCameMeanwhile_IsNotApprovedBecauseItsOwnTextsPassed()
    {
        var (arrived, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        var id = ReviewedServer.IdOf(await _server.MakeAsync("好的"));
        WeChat.Answer(FakeWeChat.TextCheck, http =>
        {
            arrived.TrySetResult();
            return FakeWeChat.After(gate.Task, FakeWeChat.Suggest("pass"))(http);
        }, FakeWeChat.Suggest("review"));
        var slow = Alice.PutAsync("/postcard/card/" + id, """{"to":"阿红"}""");
        await arrived.Task;
        (await Alice.PutAsync("/postcard/card/" + id, """{"content":"别的"}""")).Ok();
        gate.SetResult();

        Assert.Equal("pending", (await slow).Ok().GetProperty("status").GetString());
        await _server.UntilDoneAsync();
        Assert.Equal("pending", await _server.StatusAsync(id));
        Assert.Equal("标题\n小丽\n阿红\n别的", WeChat.CallsOf(FakeWeChat.TextCheck)[^1].Json.GetProperty("content").GetString());
    }

    [Fact]
    public async Task Edit_TextIsRisky_ChangesNothing()
    {
        var id = ReviewedServer.IdOf(await _server.MakeAsync("好的"));
        (await Alice.PutAsync("/postcard/card/" + id, """{"content":"违法"}""")).Refused(422, "rejected_content");

        var card = (await Alice.GetAsync("/postcard/card/" + id)).Ok();
        Assert.Equal("好的", card.GetProperty("content").GetString());
        Assert.Equal("approved", card.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Edit_OneText_IsCheckedTogetherWithTheOthers()
    {
        var id = ReviewedServer.IdOf(await _server.MakeAsync("好的"));
        (await Alice.PutAsync("/postcard/card/" + id, """{"to":"可疑"}""")).Ok();

        Assert.Equal("标题\n小丽\n可疑\n好的", WeChat.CallsOf(FakeWeChat.TextCheck)[^1].Json.GetProperty("content").GetString());
        Assert.Equal("pending", await _server.StatusAsync(id));
        (await Alice.PutAsync("/postcard/card/" + id, """{"to":"阿明"}""")).Ok();
        Assert.Equal("approved", await _server.StatusAsync(id));
    }

    [Fact]
    public async Task Edit_WholeFormWithoutAChange_AsksNobody()
    {
        var id = ReviewedServer.IdOf(await _server.MakeAsync("好的"));
        (await Alice.PutAsync("/postcard/card/" + id, ReviewedServer.Body("好的"))).Ok();

        Assert.Single(WeChat.CallsOf(FakeWeChat.TextCheck));
        Assert.Equal("approved", await _server.StatusAsync(id));
    }

    [Fact]
    public async Task Edit_WaitingCardSentAgain_IsApprovedWhenItPasses()
    {
        var id = ReviewedServer.IdOf(await _server.MakeAsync("可疑"));
        WeChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Suggest("pass"));
        (await Alice.PutAsync("/postcard/card/" + id, ReviewedServer.Body("可疑"))).Ok();

        await _server.UntilStatusAsync(id, "approved");
    }

    [Fact]
    public async Task Edit_AskingForThePlaza_IsCheckedAgain()
    {
        var id = ReviewedServer.IdOf(await _server.MakeAsync("可疑", plaza: false));
        Assert.Equal("none", await _server.StatusAsync(id));
        (await Alice.PutAsync("/postcard/card/" + id, """{"plaza":true}""")).Ok();

        Assert.Equal("pending", await _server.StatusAsync(id));
        Assert.Equal(2, WeChat.CallsOf(FakeWeChat.TextCheck).Count);
    }

    [Fact]
    public async Task Edit_OfSomebodyElsesCard_AsksNobody()
    {
        var id = ReviewedServer.IdOf(await _server.MakeAsync());
        var bob = await _server.Server.LogInAsync("oBob");
        (await bob.PutAsync("/postcard/card/" + id, """{"content":"违法"}""")).Refused(403, "forbidden");

        Assert.Single(WeChat.CallsOf(FakeWeChat.TextCheck));
    }

    [Fact]
    public async Task Name_Risky_IsRefused()
    {
        (await Alice.PutAsync("/postcard/access", """{"wx_name":"小丽"}""")).Ok();
        (await Alice.PutAsync("/postcard/access", """{"wx_name":"违法","role":1}""")).Refused(422, "rejected_content");

        var profile = (await Alice.GetAsync("/postcard/access")).Ok();
        Assert.Equal("小丽", profile.GetProperty("wx_name").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, profile.GetProperty("role").ValueKind);
        Assert.All(WeChat.CallsOf(FakeWeChat.TextCheck), call => Assert.Equal(1, call.Json.GetProperty("scene").GetInt32()));
    }

    [Theory]
    [InlineData("新名字", "approved")]
    [InlineData("可疑", "pending")]
    public async Task Name_Changed_TakesCardsOffThePlazaUnlessItPasses(string name, string status)
    {
        var id = ReviewedServer.IdOf(await _server.MakeAsync());
        (await Alice.PutAsync("/postcard/access", $$"""{"wx_name":"{{name}}"}""")).Ok();

        await _server.UntilStatusAsync(id, status);
    }

    [Fact]
    public async Task Name_ChangedWhileACardIsChecked_IsNotApprovedWithIt()
    {
        var (arrived, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        WeChat.Answer(FakeWeChat.TextCheck, http =>
        {
            arrived.TrySetResult();
            return FakeWeChat.After(gate.Task, FakeWeChat.Suggest("pass"))(http);
        }, FakeWeChat.Suggest("review"));
        var making = _server.MakeAsync();
        await arrived.Task;
        (await Alice.PutAsync("/postcard/access", """{"wx_name":"可疑"}""")).Ok();
        gate.SetResult();

        Assert.Equal("pending", (await making).GetProperty("status").GetString());
        Assert.Equal(0, await _server.OnPlazaAsync());
    }

    [Theory]
    [InlineData("off", "approved")]
    [InlineData("manual", "pending")]
    public async Task Create_OtherModeration_AsksNobody(string moderation, string status)
    {
        await _server.Server.RestartAsync(settings => settings with { Moderation = moderation });
        Assert.Equal(status, (await _server.MakeAsync("违法")).GetProperty("status").GetString());
        Assert.Empty(WeChat.Calls);
    }

    [Fact]
    public async Task Create_UserOfDev_WaitsForAHumanAndAsksNobody()
    {
        await _server.Server.RestartAsync(settings => settings with { Dev = true });
        var login = await _server.Server.Stranger().PostAsync("/postcard/access", """{"code":"dev:bob"}""");
        var bob = new Phone(_server.Server, login.Ok().GetProperty("token").GetString());
        var card = (await bob.PostAsync("/postcard/card", ReviewedServer.Body("春天"))).Ok();

        Assert.Equal("pending", card.GetProperty("status").GetString());
        Assert.Empty(WeChat.Calls);
    }
}
