using System.Net;
using System.Text.Json;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

/// <summary>Links to the media of a rejected card.</summary>
public sealed class SignedMediaTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private PostcardServer _server = null!;
    private Phone _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync(new Settings { Moderation = "manual", Admins = ["oAdmin"] }, _time);
        _alice = await _server.LogInAsync("oAlice");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Link_HoldsUntilItExpiresAndAfterARestart()
    {
        var link = await LinkAsync(await RejectedAsync());
        Assert.Equal(HttpStatusCode.OK, (await _server.Stranger().GetAsync(link)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _server.Stranger().SendAsync(HttpMethod.Head, link, null)).Status);
        Assert.Equal(HttpStatusCode.PartialContent, (await _server.Stranger().GetAsync(link, ("Range", "bytes=5-9"))).Status);

        await _server.RestartAsync();
        _time.Advance(TimeSpan.FromMinutes(14));
        Assert.Equal(HttpStatusCode.OK, (await _server.Stranger().GetAsync(link)).Status);
        _time.Advance(TimeSpan.FromMinutes(2));
        (await _server.Stranger().GetAsync(link)).Refused(404, "not_found");
    }

    [Fact]
    public async Task Link_Altered_DoesNotHold()
    {
        var (id, other) = (await RejectedAsync(), await RejectedAsync());
        var link = await LinkAsync(id);
        var expires = long.Parse(link.Split("exp=")[1].Split('&')[0], System.Globalization.CultureInfo.InvariantCulture);
        string[] altered =
        [
            link.Replace(id, other, StringComparison.Ordinal),
            link.Replace("/image/", "/mini_image/", StringComparison.Ordinal),
            link.Replace($"exp={expires}", $"exp={expires + 1000}", StringComparison.Ordinal),
            link.Replace($"exp={expires}", $"exp=+{expires}", StringComparison.Ordinal),
            link.Replace("exp=", "exp2=", StringComparison.Ordinal),
            link[..^1], link + "A", link.Split("&sig=")[0], link.Split("?v=")[0],
            link.Split("sig=")[0] + "sig=" + new string('A', 22),
        ];

        Assert.All(altered, each => Assert.NotEqual(link, each));
        foreach (var path in altered)
        {
            (await _server.Stranger().GetAsync(path)).Refused(404, "not_found");
        }
    }

    [Fact]
    public async Task CardText_ThatLooksLikeALink_StaysAsItIs()
    {
        var id = await RejectedAsync();
        var plain = (await LinkAsync(id)).Split("&exp=")[0];
        var text = $"\"image\":\"{plain}\"";
        (await _alice.PutAsync($"/postcard/card/{id}", JsonSerializer.Serialize(new { content = text }))).Ok();
        await RejectAsync(id);

        var card = (await _alice.GetAsync($"/postcard/card/{id}")).Ok();
        Assert.Equal(text, card.GetProperty("content").GetString());
        Assert.StartsWith(plain + "&exp=", card.GetProperty("image").GetString());
    }

    [Fact]
    public async Task Key_IsInNoReplyAndNoOtherStoresKey()
    {
        var link = await LinkAsync(await RejectedAsync());
        Assert.DoesNotContain(Convert.ToHexString(_server.Service.App.Store.SigningKey.Span), link, StringComparison.OrdinalIgnoreCase);
        await using var other = await PostcardServer.StartAsync();
        Assert.NotEqual(_server.Service.App.Store.SigningKey.ToArray(), other.Service.App.Store.SigningKey.ToArray());
        Assert.Equal(32, other.Service.App.Store.SigningKey.Length);
    }

    private async Task<string> RejectedAsync()
    {
        (await _alice.UploadAsync("image", Samples.Picture(64, 48))).Ok();
        var id = (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""")).Ok().GetProperty("id").GetString()!;
        await RejectAsync(id);
        return id;
    }

    private async Task RejectAsync(string id) =>
        (await (await _server.LogInAsync("oAdmin")).PostAsync($"/postcard/card/{id}/reject", """{"reason":"no"}""")).Ok();

    private async Task<string> LinkAsync(string id) => (await _alice.GetAsync($"/postcard/card/{id}")).Ok().GetProperty("image").GetString()!;
}
