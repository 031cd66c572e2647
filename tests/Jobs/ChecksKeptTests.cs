using Postcard.Tests.Support;

namespace Postcard.Tests.Jobs;

/// <summary>Checks that go on although something becomes of the card, or of its author, that is no edit.</summary>
public sealed class ChecksKeptTests : IAsyncLifetime
{
    private ReviewedServer _server = null!;

    private Phone Alice => _server.Alice;

    private FakeWeChat WeChat => _server.WeChat;

    public async ValueTask InitializeAsync() => _server = await ReviewedServer.StartAsync(byLink: true);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Complaints_AboutACardOnlyShared_DoNotStopItsCheck()
    {
        var id = await MakeAsync(plaza: false);
        foreach (var who in new[] { "oBob", "oCarol", "oDave" })
        {
            (await (await _server.Server.LogInAsync(who)).PostAsync($"/postcard/card/{id}/report", "{}")).Ok();
        }

        await _server.PushAsync("trace-1", "risky");
        await _server.UntilStatusAsync(id, "rejected");
    }

    [Theory]
    [InlineData("risky", "rejected")]
    [InlineData("pass", "approved")]
    public async Task Name_ThatWeChatDidNotAnswerAbout_IsAskedAboutWithWhatElseIsChecked(string suggestion, string status)
    {
        var id = await MakeAsync();
        await ChangeNameAsync(FakeWeChat.Error(-1));
        await _server.PushAsync("trace-1", suggestion);
        await _server.UntilStatusAsync(id, status);
        await _server.UntilDoneAsync();
    }

    [Fact]
    public async Task Name_ThatWeChatDidNotAnswerAbout_BringsApprovedCardsBackOnceItPasses()
    {
        var id = ReviewedServer.IdOf(await _server.MakeAsync());
        WeChat.Answer(FakeWeChat.TextCheck, FakeWeChat.Error(-1), FakeWeChat.Error(-1), FakeWeChat.Suggest("pass"));
        (await Alice.PutAsync("/postcard/access", """{"wx_name":"小丽"}""")).Ok();
        await _server.UntilAskedAsync(FakeWeChat.TextCheck, 3);
        Assert.Equal("pending", await _server.StatusAsync(id));
        Assert.Equal(0, await _server.OnPlazaAsync());

        await _server.Server.RestartAsync();
        _server.Time.Advance(TimeSpan.FromSeconds(5));
        await _server.UntilStatusAsync(id, "approved");
        Assert.Equal(1, await _server.OnPlazaAsync());
        await _server.Server.AgreesAsync();
    }

    [Fact]
    public async Task Name_ThatWeChatDidNotAnswerAbout_ApprovesNoCardThatWaitsForAHuman()
    {
        var id = ReviewedServer.IdOf(await _server.MakeAsync("可疑"));
        await _server.UntilDoneAsync();
        await ChangeNameAsync(FakeWeChat.Error(-1));
        await _server.UntilDoneAsync();

        Assert.Equal("pending", await _server.StatusAsync(id));
    }

    [Theory]
    [InlineData("risky", "rejected")]
    [InlineData("pass", "pending")]
    public async Task Name_WorthAReview_LeavesWhatPassesToAHuman(string suggestion, string status)
    {
        var id = await MakeAsync();
        await ChangeNameAsync(FakeWeChat.Suggest("review"));
        await _server.PushAsync("trace-1", suggestion);
        await _server.UntilDoneAsync();

        Assert.Equal(status, await _server.StatusAsync(id));
    }

    /// <summary>Answered so once; all later texts pass.</summary>
    private async Task ChangeNameAsync(Microsoft.AspNetCore.Http.RequestDelegate answer)
    {
        WeChat.Answer(FakeWeChat.TextCheck, answer, FakeWeChat.Suggest("pass"));
        (await Alice.PutAsync("/postcard/access", """{"wx_name":"小丽"}""")).Ok();
    }

    /// <summary>With a picture that WeChat has been asked about, and nothing answered.</summary>
    private async Task<string> MakeAsync(bool plaza = true)
    {
        var id = await _server.MakeWithPictureAsync(plaza);
        await _server.UntilNothingIsDueAsync();
        return id;
    }
}
