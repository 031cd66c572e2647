using System.Net;
using Postcard.Tests.Media;
using Postcard.Tests.Support;

namespace Postcard.Tests.Jobs;

/// <summary>Pictures and voices that WeChat fetches, and whose results it pushes.</summary>
public sealed class ChecksByLinkTests : IAsyncLifetime
{
    private const string Both = ",\"img\":true,\"audio\":true";

    private ReviewedServer _server = null!;

    private Phone Alice => _server.Alice;

    private FakeWeChat WeChat => _server.WeChat;

    public async ValueTask InitializeAsync() => _server = await ReviewedServer.StartAsync(byLink: true);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Media_BothPass_PutTheCardOnThePlaza()
    {
        var id = await MakeWithBothAsync();
        var asked = WeChat.CallsOf(FakeWeChat.MediaCheck);
        Assert.Equal([2, 1], asked.Select(call => call.Json.GetProperty("media_type").GetInt32()));
        Assert.Equal("image/jpeg", await TypeAtAsync(asked[0]));
        Assert.Equal("audio/mpeg", await TypeAtAsync(asked[1]));

        await _server.PushAsync("trace-2", "pass");
        Assert.Equal("pending", await _server.StatusAsync(id));
        await _server.PushAsync("trace-1", "pass");
        await _server.UntilStatusAsync(id, "approved");
        await _server.UntilDoneAsync();
        Assert.Empty(WeChat.CallsOf(FakeWeChat.PictureCheck));
    }

    [Theory]
    [InlineData("trace-1", "图片")]
    [InlineData("trace-2", "录音")]
    public async Task Media_OneIsRisky_RejectsTheCard(string trace, string named)
    {
        var id = await MakeWithBothAsync();
        await _server.PushAsync(trace, "risky");

        await _server.UntilStatusAsync(id, "rejected");
        Assert.EndsWith(named, (await Alice.GetAsync("/postcard/card/" + id)).Ok().GetProperty("reason").GetString());
        await _server.PushAsync("trace-1", "pass");
        await _server.PushAsync("trace-2", "pass");
        Assert.Equal("rejected", await _server.StatusAsync(id));
    }

    [Fact]
    public async Task Media_OneIsWorthAReview_WaitsForAHuman()
    {
        var id = await MakeWithBothAsync();
        await _server.PushAsync("trace-1", "review");
        await _server.PushAsync("trace-2", "pass");

        await _server.UntilDoneAsync();
        Assert.Equal("pending", await _server.StatusAsync(id));
    }

    [Fact]
    public async Task Result_PushedAgainAndAgain_CountsOnce()
    {
        var id = await MakeWithBothAsync();
        await _server.PushAsync("trace-1", "pass");
        await _server.PushAsync("trace-1", "pass");
        await _server.PushAsync("trace-1", "risky");
        Assert.Equal("pending", await _server.StatusAsync(id));
        await _server.PushAsync("trace-2", "pass");

        await _server.UntilStatusAsync(id, "approved");
    }

    [Theory]
    [InlineData("pass", "approved")]
    [InlineData("risky", "rejected")]
    public async Task Result_FasterThanTheReplyThatNamesItsTrace_IsNotLost(string suggestion, string status)
    {
        WeChat.Answer(FakeWeChat.MediaCheck, async http =>
        {
            await _server.PushAsync("trace-early", suggestion);
            await _server.PushAsync("trace-early", suggestion);
            await FakeWeChat.Json("""{"errcode":0,"trace_id":"trace-early"}""")(http);
        });
        var id = await _server.MakeWithPictureAsync();

        await _server.UntilStatusAsync(id, status);
    }

    [Fact]
    public async Task Results_EarlyOnesOfNobody_DoNotPileUp()
    {
        for (var i = 0; i < 150; i++)
        {
            await _server.PushAsync($"nobody-{i}", "pass");
        }

        WeChat.Answer(FakeWeChat.MediaCheck, FakeWeChat.Json("""{"trace_id":"nobody-10"}"""), FakeWeChat.Json("""{"trace_id":"nobody-140"}"""));
        var first = await _server.MakeWithPictureAsync();
        await _server.UntilAskedAsync(FakeWeChat.MediaCheck, 1);
        var second = await _server.MakeWithPictureAsync();

        await _server.UntilStatusAsync(second, "approved");
        Assert.Equal("pending", await _server.StatusAsync(first));
    }

    [Fact]
    public async Task Result_WeChatCouldNotFetchTheFile_IsAskedForAgain()
    {
        var id = await _server.MakeWithPictureAsync();
        await _server.UntilAskedAsync(FakeWeChat.MediaCheck, 1);
        await Push.SendAsync(_server.Server.Stranger(), """{"Event":"wxa_media_check","trace_id":"trace-1","errcode":-1008}""");
        _server.Time.Advance(TimeSpan.FromSeconds(5));
        await _server.UntilAskedAsync(FakeWeChat.MediaCheck, 2);
        await _server.PushAsync("trace-2", "pass");

        await _server.UntilStatusAsync(id, "approved");
    }

    [Fact]
    public async Task Results_NoneForHalfAnHour_LeaveTheCardToAHuman()
    {
        var id = await MakeWithBothAsync();
        await _server.PushAsync("trace-1", "pass");
        _server.Time.Advance(TimeSpan.FromMinutes(29));
        await _server.Server.RestartAsync();
        await _server.UntilNothingIsDueAsync();
        _server.Time.Advance(TimeSpan.FromMinutes(1));
        await _server.UntilDoneAsync();

        await _server.PushAsync("trace-2", "pass");
        Assert.Equal("pending", await _server.StatusAsync(id));
    }

    [Fact]
    public async Task Result_AfterARestart_StillCounts()
    {
        var id = await MakeWithBothAsync();
        await _server.PushAsync("trace-2", "pass");
        await _server.Server.RestartAsync();
        await _server.PushAsync("trace-1", "pass");

        await _server.UntilStatusAsync(id, "approved");
    }

    [Theory]
    [InlineData("tagged.m4a")]
    [InlineData("speech.aac")]
    public async Task Voice_OfAKindThatWeChatDoesNotTake_WaitsForAHuman(string file)
    {
        (await Alice.UploadAsync("audio", File.ReadAllBytes(SoundFiles.Sample(file)))).Ok();
        var id = ReviewedServer.IdOf(await _server.MakeAsync(media: ",\"audio\":true"));
        await _server.UntilDoneAsync();

        Assert.Equal("pending", await _server.StatusAsync(id));
        Assert.Empty(WeChat.CallsOf(FakeWeChat.MediaCheck));
    }

    [Fact]
    public async Task Voice_LargerThanWeChatTakes_WaitsForAHuman()
    {
        await MakeAsync(frames: 10_400);
        await _server.UntilAskedAsync(FakeWeChat.MediaCheck, 1);
        await _server.PushAsync("trace-1", "pass");
        await _server.UntilDoneAsync();
        var id = await MakeAsync(frames: 10_417);
        await _server.UntilDoneAsync();

        Assert.Equal("pending", await _server.StatusAsync(id));
        Assert.Single(WeChat.CallsOf(FakeWeChat.MediaCheck));

        async Task<string> MakeAsync(int frames)
        {
            (await Alice.UploadAsync("audio", Samples.Mp3(frames))).Ok();
            return ReviewedServer.IdOf(await _server.MakeAsync(media: ",\"audio\":true"));
        }
    }

    private async Task<string> MakeWithBothAsync()
    {
        (await Alice.UploadAsync("image", Samples.Picture())).Ok();
        (await Alice.UploadAsync("audio", Samples.Wav())).Ok();
        var id = ReviewedServer.IdOf(await _server.MakeAsync(media: Both));
        await _server.UntilAskedAsync(FakeWeChat.MediaCheck, 2);
        return id;
    }

    /// <summary>What WeChat gets at the link that it was given.</summary>
    private async Task<string?> TypeAtAsync(WeChatCall call)
    {
        var url = new Uri(call.Json.GetProperty("media_url").GetString()!);
        Assert.Equal(ReviewedServer.PublicUrl, url.GetLeftPart(UriPartial.Authority));
        Assert.Contains("sig=", url.Query);
        var reply = await _server.Server.Stranger().GetAsync(url.PathAndQuery);
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        return reply.ContentHeaders.ContentType?.MediaType;
    }
}
