using Postcard.Tests.Support;

namespace Postcard.Tests.Jobs;

/// <summary>What becomes of a check under way when the author edits the card.</summary>
public sealed class ChecksOverEditsTests : IAsyncLifetime
{
    private ReviewedServer _server = null!;

    private Phone Alice => _server.Alice;

    private FakeWeChat WeChat => _server.WeChat;

    public async ValueTask InitializeAsync() => _server = await ReviewedServer.StartAsync(byLink: true);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(true, "risky", "rejected")]
    [InlineData(false, "risky", "rejected")]
    [InlineData(true, "pass", "approved")]
    [InlineData(false, "pass", "none")]
    public async Task Picture_LeftByEdits_IsAskedAboutOnce(bool plaza, string suggestion, string status)
    {
        var id = await MakeAskedAsync(plaza);
        for (var i = 0; i < 5; i++)
        {
            (await Alice.PutAsync("/postcard/card/" + id, $$"""{"title":"{{i}}"}""")).Ok();
        }

        await _server.Server.RestartAsync();
        await _server.PushAsync("trace-1", suggestion);
        await _server.UntilDoneAsync();
        Assert.Equal(status, await _server.StatusAsync(id));
        Assert.Single(WeChat.CallsOf(FakeWeChat.MediaCheck));
    }

    [Fact]
    public async Task Picture_LeftByEditsAndUnanswered_IsWaitedForNoLonger()
    {
        var id = await MakeAskedAsync();
        _server.Time.Advance(TimeSpan.FromMinutes(29));
        (await Alice.PutAsync("/postcard/card/" + id, """{"title":"other"}""")).Ok();
        _server.Time.Advance(TimeSpan.FromMinutes(1));

        await _server.UntilDoneAsync();
        Assert.Equal("pending", await _server.StatusAsync(id));
    }

    [Fact]
    public async Task Picture_ReplacedAndBroughtBack_IsAskedAboutAnew()
    {
        var id = await MakeAskedAsync();
        await TakeAsync(id, Samples.Picture(1200, 900, seed: 7));
        await UntilWaitingAsync(2);
        await TakeAsync(id, Samples.Picture(1200, 900));
        await UntilWaitingAsync(3);

        // Whichever of them WeChat found at the link then.
        await _server.PushAsync("trace-1", "pass");
        await _server.PushAsync("trace-2", "risky");
        Assert.Equal("pending", await _server.StatusAsync(id));
        await _server.PushAsync("trace-3", "pass");
        await _server.UntilStatusAsync(id, "approved");
    }

    [Fact]
    public async Task Picture_FoundRiskyJustBeforeAnEdit_IsStillRisky()
    {
        var id = await MakeAskedAsync();
        var gate = new TaskCompletionSource();
        WeChat.Answer(FakeWeChat.MediaCheck, FakeWeChat.After(gate.Task, FakeWeChat.Error(-1)));
        await _server.MakeWithPictureAsync();
        await _server.UntilAskedAsync(FakeWeChat.MediaCheck, 2);
        await _server.PushAsync("trace-1", "risky");
        (await Alice.PutAsync("/postcard/card/" + id, """{"title":"other"}""")).Ok();
        gate.SetResult();

        await _server.UntilStatusAsync(id, "rejected");
    }

    [Fact]
    public async Task Picture_OfACardThatGetsAVoice_IsAskedAboutOnceAndTheVoiceToo()
    {
        var id = await MakeAskedAsync();
        (await Alice.UploadAsync("audio", Samples.Wav())).Ok();
        (await Alice.PutAsync("/postcard/card/" + id, """{"audio":true}""")).Ok();
        await UntilWaitingAsync(2);
        await _server.PushAsync("trace-1", "pass");
        Assert.Equal("pending", await _server.StatusAsync(id));
        await _server.PushAsync("trace-2", "pass");

        await _server.UntilStatusAsync(id, "approved");
        Assert.Equal([2, 1], WeChat.CallsOf(FakeWeChat.MediaCheck).Select(call => call.Json.GetProperty("media_type").GetInt32()));
    }

    private async Task TakeAsync(string id, byte[] picture)
    {
        (await Alice.UploadAsync("image", picture)).Ok();
        (await Alice.PutAsync("/postcard/card/" + id, """{"img":true}""")).Ok();
    }

    /// <summary>With a picture that WeChat has been asked about, and nothing answered.</summary>
    private async Task<string> MakeAskedAsync(bool plaza = true)
    {
        var id = await _server.MakeWithPictureAsync(plaza);
        await UntilWaitingAsync(1);
        return id;
    }

    /// <summary>Until WeChat was asked so often, and that is written down.</summary>
    private async Task UntilWaitingAsync(int asked)
    {
        await _server.UntilAskedAsync(FakeWeChat.MediaCheck, asked);
        await _server.UntilNothingIsDueAsync();
    }
}
