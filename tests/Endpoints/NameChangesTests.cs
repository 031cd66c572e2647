using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

/// <summary>Names that authors take while WeChat looks at their cards.</summary>
public sealed class NameChangesTests : IAsyncLifetime
{
    private const string Suspicious = """{"wx_name":"可疑"}""";

    private readonly TaskCompletionSource _arrived = new(), _gate = new();

    private ReviewedServer _server = null!;

    private Phone Alice => _server.Alice;

    private FakeWeChat WeChat => _server.WeChat;

    public async ValueTask InitializeAsync() => _server = await ReviewedServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Name_ChangedWhileACardWithAPictureIsMade_IsCheckedBeforeItIsPublished()
    {
        (await Alice.UploadAsync("image", Samples.Picture())).Ok();
        HoldTheNextTextCheck();
        var making = _server.MakeAsync(media: ",\"img\":true");
        await _arrived.Task;
        (await Alice.PutAsync("/postcard/access", Suspicious)).Ok();
        _gate.SetResult();

        await StaysOffThePlazaAsync(ReviewedServer.IdOf(await making));
    }

    [Fact]
    public async Task Name_ChangedWhileAWaitingCardIsSentAgain_IsCheckedBeforeItIsPublished()
    {
        var id = ReviewedServer.IdOf(await _server.MakeAsync("可疑"));
        HoldTheNextTextCheck();
        var sending = Alice.PutAsync("/postcard/card/" + id, ReviewedServer.Body("可疑"));
        await _arrived.Task;
        (await Alice.PutAsync("/postcard/access", Suspicious)).Ok();
        _gate.SetResult();
        (await sending).Ok();

        await StaysOffThePlazaAsync(id);
    }

    [Fact]
    public async Task Name_ChangedToAHarmlessOneWhileACardIsMade_DelaysItOnly()
    {
        HoldTheNextTextCheck();
        var making = _server.MakeAsync();
        await _arrived.Task;
        WeChat.AnswerAsUsual(FakeWeChat.TextCheck);
        (await Alice.PutAsync("/postcard/access", """{"wx_name":"小丽"}""")).Ok();
        _gate.SetResult();

        await _server.UntilStatusAsync(ReviewedServer.IdOf(await making), "approved");
    }

    /// <summary>The first passes when the gate opens, the others are worth a review.</summary>
    private void HoldTheNextTextCheck() => WeChat.Answer(
        FakeWeChat.TextCheck,
        http =>
        {
            _arrived.TrySetResult();
            return FakeWeChat.After(_gate.Task, FakeWeChat.Suggest("pass"))(http);
        },
        FakeWeChat.Suggest("review"));

    private async Task StaysOffThePlazaAsync(string id)
    {
        await _server.UntilDoneAsync();
        Assert.Equal("pending", await _server.StatusAsync(id));
        Assert.Equal(0, await _server.OnPlazaAsync());
        Assert.EndsWith("可疑", WeChat.CallsOf(FakeWeChat.TextCheck)[^1].Json.GetProperty("content").GetString());
    }
}
