using System.Net;
using System.Text.Json;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Jobs;

/// <summary>Pictures that are sent to WeChat, and the queue itself. Media that WeChat fetches: <see cref="ChecksByLinkTests"/>.</summary>
public sealed class ChecksTests : IAsyncLifetime
{
    private ReviewedServer _server = null!;

    private Phone Alice => _server.Alice;

    private FakeWeChat WeChat => _server.WeChat;

    public async ValueTask InitializeAsync() => _server = await ReviewedServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Picture_Passes_PutsTheCardOnThePlaza()
    {
        var gate = new TaskCompletionSource();
        WeChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.After(gate.Task, FakeWeChat.Error(0, "ok")));
        var id = await _server.MakeWithPictureAsync();

        Assert.Equal("pending", await _server.StatusAsync(id));
        Assert.Equal(0, await _server.OnPlazaAsync());
        gate.SetResult();
        await _server.UntilStatusAsync(id, "approved");
        Assert.Equal(1, await _server.OnPlazaAsync());

        var small = (await Alice.GetAsync("/postcard/mini_image/" + id)).Body;
        Assert.True(WeChat.CallsOf(FakeWeChat.PictureCheck)[0].Body.AsSpan().IndexOf(small) > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Picture_Risky_HidesTheCardAndTellsItsOwnerWhy(bool plaza)
    {
        WeChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.Error(87014));
        var id = await _server.MakeWithPictureAsync(plaza);

        await _server.UntilStatusAsync(id, "rejected");
        Assert.Contains("图片", (await Alice.GetAsync("/postcard/card/" + id)).Ok().GetProperty("reason").GetString());
        (await _server.Server.Stranger().GetAsync("/postcard/card/" + id)).Refused(404, "not_found");
        Assert.Equal(HttpStatusCode.NotFound, (await _server.Server.Stranger().GetAsync("/postcard/image/" + id)).Status);
        await _server.UntilDoneAsync();
    }

    [Fact]
    public async Task Picture_OfACardOffThePlaza_IsCheckedAndStaysOff()
    {
        var id = await _server.MakeWithPictureAsync(plaza: false);
        await _server.UntilDoneAsync();

        Assert.Single(WeChat.CallsOf(FakeWeChat.PictureCheck));
        Assert.Equal("none", await _server.StatusAsync(id));
    }

    [Fact]
    public async Task Picture_WeChatFailsAWhile_IsAskedAboutAgainAndAgain()
    {
        WeChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.Error(-1), FakeWeChat.Json("<html>"), FakeWeChat.Error(45009), FakeWeChat.Error(0, "ok"));
        var id = await _server.MakeWithPictureAsync();
        for (var asked = 1; asked <= 3; asked++)
        {
            await _server.UntilAskedAsync(FakeWeChat.PictureCheck, asked);
            Assert.Equal("pending", await _server.StatusAsync(id));
            await PassTheNextPauseAsync(asked);
        }

        await _server.UntilStatusAsync(id, "approved");
    }

    [Fact]
    public async Task Picture_WeChatFailsForGood_LeavesTheCardToAHuman()
    {
        WeChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.Error(-1));
        var id = await _server.MakeWithPictureAsync();
        for (var asked = 1; asked <= 8; asked++)
        {
            await _server.UntilAskedAsync(FakeWeChat.PictureCheck, asked);
            await PassTheNextPauseAsync(asked);
        }

        await _server.UntilDoneAsync();
        Assert.Equal(8, WeChat.CallsOf(FakeWeChat.PictureCheck).Count);
        Assert.Equal("pending", await _server.StatusAsync(id));
        Assert.Contains(_server.Server.Log.Lines, line => line.Contains("waits for a human", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Queue_FullWhenTheServerEnds_IsWorkedOffByTheNextOne()
    {
        WeChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.Error(-1));
        var ids = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            ids.Add(await _server.MakeWithPictureAsync());
        }

        await _server.Server.StopAsync();
        WeChat.AnswerAsUsual(FakeWeChat.PictureCheck);
        _server.Time.Advance(TimeSpan.FromHours(3));
        await _server.Server.RestartAsync();

        foreach (var id in ids)
        {
            await _server.UntilStatusAsync(id, "approved");
        }
    }

    [Fact]
    public async Task Card_ChangedWhileItIsChecked_IsCheckedAnew()
    {
        var gate = new TaskCompletionSource();
        WeChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.After(gate.Task, FakeWeChat.Error(87014)), FakeWeChat.Error(0, "ok"));
        var id = await _server.MakeWithPictureAsync();
        await _server.UntilAskedAsync(FakeWeChat.PictureCheck, 1);
        (await Alice.UploadAsync("image", Samples.Picture(seed: 7))).Ok();
        (await Alice.PutAsync("/postcard/card/" + id, """{"img":true}""")).Ok();
        gate.SetResult();

        await _server.UntilStatusAsync(id, "approved");
        Assert.Equal(2, WeChat.CallsOf(FakeWeChat.PictureCheck).Count);
    }

    [Theory]
    [InlineData(true, "approved")]
    [InlineData(false, "none")]
    public async Task Card_ChangedOnceItWasRejected_IsThereAgainWhenItPasses(bool plaza, string status)
    {
        var gate = new TaskCompletionSource();
        WeChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.Error(87014), FakeWeChat.After(gate.Task, FakeWeChat.Error(0, "ok")));
        var id = await _server.MakeWithPictureAsync(plaza);
        await _server.UntilStatusAsync(id, "rejected");
        (await Alice.PutAsync("/postcard/card/" + id, """{"content":"改过的"}""")).Ok();
        await _server.UntilAskedAsync(FakeWeChat.PictureCheck, 2);

        Assert.Equal("pending", await _server.StatusAsync(id));
        (await _server.Server.Stranger().GetAsync("/postcard/card/" + id)).Refused(404, "not_found");
        (await _server.Server.Stranger().GetAsync("/postcard/image/" + id)).Refused(404, "not_found");
        gate.SetResult();
        await _server.UntilStatusAsync(id, status);
        (await _server.Server.Stranger().GetAsync("/postcard/card/" + id)).Ok();
    }

    [Fact]
    public async Task Card_TextChangedOnceItIsApproved_KeepsItsPictureUnasked()
    {
        var id = await _server.MakeWithPictureAsync();
        await _server.UntilStatusAsync(id, "approved");
        (await Alice.PutAsync("/postcard/card/" + id, """{"content":"改过的"}""")).Ok();

        Assert.Equal("approved", await _server.StatusAsync(id));
        Assert.Single(WeChat.CallsOf(FakeWeChat.PictureCheck));
    }

    [Theory]
    [InlineData(CardStatus.Approved, 87014)]
    [InlineData(CardStatus.Rejected, 0)]
    public async Task Card_DecidedByAHumanWhileItIsChecked_StaysAsDecided(string status, int errcode)
    {
        var gate = new TaskCompletionSource();
        WeChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.After(gate.Task, FakeWeChat.Error(errcode)));
        var id = await _server.MakeWithPictureAsync();
        await _server.UntilAskedAsync(FakeWeChat.PictureCheck, 1);
        await _server.Server.Service.App.Store.Reviews.DecideAsync(id, status, "", Actor.CommandLine, null);
        gate.SetResult();
        await _server.UntilDoneAsync();
        await _server.Server.RestartAsync();

        Assert.Equal(status, await _server.StatusAsync(id));
    }

    [Fact]
    public async Task Decision_OfAnOvertakenCheck_ChangesNothing()
    {
        var store = _server.Server.Service.App.Store;
        var id = ReviewedServer.IdOf(await _server.MakeAsync());
        var seen = (await store.Reads.FindAsync(id))!;

        Assert.Equal(ReviewOutcome.Changed, await store.Reviews.DecideAsync(id, CardStatus.Rejected, "x", Actor.WeChat, seen.Updated));
        Assert.Equal("approved", await _server.StatusAsync(id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Card_GoneWhileItIsChecked_LeavesNothingInTheQueue(bool erased)
    {
        WeChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.Error(-1));
        var id = await _server.MakeWithPictureAsync();
        (await Alice.DeleteAsync(erased ? "/postcard/access" : "/postcard/card/" + id)).Ok();

        await _server.UntilDoneAsync();
    }

    [Fact]
    public async Task Voice_WithoutALink_WaitsForAHuman()
    {
        (await Alice.UploadAsync("audio", Samples.Wav())).Ok();
        var id = ReviewedServer.IdOf(await _server.MakeAsync(media: ",\"audio\":true"));
        await _server.UntilDoneAsync();

        Assert.Equal("pending", await _server.StatusAsync(id));
    }

    [Fact]
    public async Task Cards_OnlySharedThatNobodyCouldCheck_AreListedForAdmins()
    {
        var admin = await _server.Server.LogInAsync("oAdmin");
        var passed = await _server.MakeWithPictureAsync(plaza: false);
        await _server.UntilDoneAsync();
        WeChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.Error(-1));
        var givenUp = await _server.MakeWithPictureAsync(plaza: false);
        for (var asked = 2; asked <= 9; asked++)
        {
            await _server.UntilAskedAsync(FakeWeChat.PictureCheck, asked);
            await PassTheNextPauseAsync(asked - 1);
        }

        await _server.UntilDoneAsync();
        (await Alice.UploadAsync("audio", Samples.Wav())).Ok();
        var voice = ReviewedServer.IdOf(await _server.MakeAsync(media: ",\"audio\":true", plaza: false));
        var doubted = ReviewedServer.IdOf(await _server.MakeAsync("可疑", plaza: false));
        await _server.UntilDoneAsync();
        Assert.Equal([doubted, voice, givenUp], await UncheckedAsync(admin));
        Assert.Equal("none", await _server.StatusAsync(givenUp));
        Assert.Equal("none", await _server.StatusAsync(passed));

        (await admin.PostAsync($"/postcard/card/{givenUp}/approve")).Ok();
        (await admin.PostAsync($"/postcard/card/{voice}/reject", """{"reason":"no"}""")).Ok();
        (await Alice.PutAsync($"/postcard/card/{doubted}", """{"content":"春天来了"}""")).Ok();
        await _server.UntilDoneAsync();
        Assert.Empty(await UncheckedAsync(admin));
        await _server.Server.AgreesAsync();
    }

    [Fact]
    public async Task Card_WhileItIsChecked_IsToldFromThoseThatWaitForAHuman()
    {
        var admin = await _server.Server.LogInAsync("oAdmin");
        var gate = new TaskCompletionSource();
        WeChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.After(gate.Task, FakeWeChat.Error(-1)));
        await _server.MakeAsync("可疑");
        await _server.UntilDoneAsync();
        await _server.MakeWithPictureAsync();

        Assert.Equal([true, false], (await admin.GetAsync("/postcard/review")).Ok().EnumerateArray().Select(card => card.GetProperty("checking").GetBoolean()));
        gate.SetResult();
    }

    [Fact]
    public async Task Voice_WaitingForAHumanBesideARiskyPicture_IsRejected()
    {
        WeChat.Answer(FakeWeChat.PictureCheck, FakeWeChat.Error(87014));
        (await Alice.UploadAsync("audio", Samples.Wav())).Ok();
        (await Alice.UploadAsync("image", Samples.Picture())).Ok();
        var id = ReviewedServer.IdOf(await _server.MakeAsync(media: ",\"audio\":true,\"img\":true"));

        await _server.UntilStatusAsync(id, "rejected");
    }

    [Fact]
    public async Task Template_TakenAsPicture_NeedsNoCheck()
    {
        var admin = await _server.Server.LogInAsync("oAdmin");
        var form = new MultipartFormDataContent { { new StringContent("春"), "title" }, { new ByteArrayContent(Samples.Picture()), "image", "a.jpg" } };
        var template = (await admin.SendAsync(HttpMethod.Post, "/postcard/template", form)).Ok().GetProperty("id").GetInt32();
        var card = await _server.MakeAsync(media: $",\"template\":{template}");

        Assert.Equal("approved", card.GetProperty("status").GetString());
        Assert.Empty(WeChat.CallsOf(FakeWeChat.PictureCheck));
    }

    private static async Task<string[]> UncheckedAsync(Phone admin) =>
        [.. (await admin.GetAsync("/postcard/review?unchecked=1")).Ok().EnumerateArray().Select(ReviewedServer.IdOf)];

    /// <summary>Once the failure is written down, the pause after it goes by.</summary>
    private async Task PassTheNextPauseAsync(int failures)
    {
        await _server.UntilNothingIsDueAsync();
        Assert.InRange(failures, 1, 8);
        _server.Time.Advance(TimeSpan.FromMinutes(12));
    }
}
