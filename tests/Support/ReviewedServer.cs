using System.Text.Json;

namespace Postcard.Tests.Support;

/// <summary>A server whose cards WeChat checks, and what tests ask it about them. No time passes unless a test says so.</summary>
internal sealed class ReviewedServer : IAsyncDisposable
{
    public const string OpenId = "oAliceWhoWrites", PublicUrl = "https://postcard.example";

    private ReviewedServer(PostcardServer server, ManualTime time, Phone alice) => (Server, Time, Alice) = (server, time, alice);

    public ManualTime Time { get; }

    public PostcardServer Server { get; }

    public FakeWeChat WeChat => Server.WeChat;

    public Phone Alice { get; }

    /// <param name="byLink">Whether WeChat can fetch media here, and its pushes are taken.</param>
    public static async Task<ReviewedServer> StartAsync(bool byLink = false)
    {
        var time = new ManualTime();
        var settings = new Settings { Moderation = "wechat", Admins = ["oAdmin"], WeChat = new() { PushToken = Push.Token, PushKey = Push.Key } };
        var server = await PostcardServer.StartAsync(byLink ? settings with { PublicUrl = PublicUrl } : settings, time);
        return new(server, time, await server.LogInAsync(OpenId));
    }

    /// <summary>A card of Alice's for the plaza; with the picture and the voice that she has uploaded if <paramref name="media"/> says so.</summary>
    public async Task<JsonElement> MakeAsync(string content = "春天来了", string media = "", bool plaza = true) =>
        (await Alice.PostAsync("/postcard/card", Body(content, media, plaza))).Ok();

    public static string Body(string content, string media = "", bool plaza = true) =>
        $$"""{"title":"标题","from":"小丽","to":"阿明","content":"{{content}}","plaza":{{(plaza ? "true" : "false")}}{{media}}}""";

    public async Task<string> MakeWithPictureAsync(bool plaza = true)
    {
        (await Alice.UploadAsync("image", Samples.Picture(1200, 900))).Ok();
        return IdOf(await MakeAsync(media: ",\"img\":true", plaza: plaza));
    }

    /// <summary>The card's status as Alice sees it.</summary>
    public async Task<string> StatusAsync(string id) => (await Alice.GetAsync("/postcard/card/" + id)).Ok().GetProperty("status").GetString()!;

    public Task UntilStatusAsync(string id, string status) => Until.EqualAsync(status, () => StatusAsync(id));

    /// <summary>Until nobody checks anything any more.</summary>
    public Task UntilDoneAsync() => Until.EqualAsync(null, () => Server.Service.App.Store.Checks.NextDueAsync());

    /// <summary>Until all that WeChat said, or did not say, is written down, and the queue rests until the next of its cards is due, or for a minute.</summary>
    public Task UntilNothingIsDueAsync() => Until.EqualAsync(true, async () =>
    {
        var now = Time.GetUtcNow();
        return await Server.Service.App.Store.Checks.NextDueAsync() is { } next && DateTimeOffset.FromUnixTimeMilliseconds(next) is var due && due > now
            && Time.Expects(due - now < TimeSpan.FromMinutes(1) ? due : now + TimeSpan.FromMinutes(1));
    });

    public Task UntilAskedAsync(string api, int times) => Until.EqualAsync(times, () => Task.FromResult(WeChat.CallsOf(api).Count));

    public Task<Reply> PushAsync(string trace, string suggestion) => Push.ResultAsync(Server.Stranger(), trace, suggestion);

    public async Task<int> OnPlazaAsync() => (await Server.Stranger().GetAsync("/postcard/plaza")).Ok().GetArrayLength();

    public static string IdOf(JsonElement card) => card.GetProperty("id").GetString()!;

    /// <summary>Also looks into the log: nothing there may say who wrote what, nor open a door.</summary>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Assert.All(Server.Log.Lines, line => Assert.All(
            new[] { OpenId, "access-token", "春天", "违法", "可疑", "sig=", FakeWeChat.Secret, Alice.Token!, Push.Token, Push.Key },
            secret => Assert.DoesNotContain(secret, line, StringComparison.Ordinal)));
    }
}
