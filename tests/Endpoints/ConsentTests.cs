using System.Text.Json;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class ConsentTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private PostcardServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await PostcardServer.StartAsync(time: _time);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Consent_NeverSent_IsNull() =>
        Assert.Equal(JsonValueKind.Null, (await ProfileAsync(await _server.LogInAsync("oAlice"))).ValueKind);

    [Fact]
    public async Task Consent_WithTheLogin_IsKeptWithItsTime()
    {
        var code = _server.WeChat.Issue("c1", "oAlice");
        var login = (await _server.Stranger().PostAsync("/postcard/access", $$"""{"code":"{{code}}","consent":"2026-11"}""")).Ok();

        AssertConsent(await ProfileAsync(new(_server, login.GetProperty("token").GetString())), "2026-11", _time.GetUtcNow());
    }

    [Fact]
    public async Task Consent_SentAgain_KeepsItsTimeUntilTheVersionChanges()
    {
        var alice = await _server.LogInAsync("oAlice");
        var first = _time.GetUtcNow();
        (await alice.PutAsync("/postcard/access", """{"consent":"1"}""")).Ok();
        _time.Advance(TimeSpan.FromDays(1));
        (await alice.PutAsync("/postcard/access", """{"consent":"1","wx_name":"小丽"}""")).Ok();
        AssertConsent(await ProfileAsync(alice), "1", first);

        (await alice.PutAsync("/postcard/access", """{"consent":2}""")).Ok();
        AssertConsent(await ProfileAsync(alice), "2", _time.GetUtcNow());
    }

    [Fact]
    public async Task Consent_OverARestart_Stays()
    {
        (await (await _server.LogInAsync("oAlice")).PutAsync("/postcard/access", """{"consent":"1"}""")).Ok();
        await _server.RestartAsync();

        AssertConsent(await ProfileAsync(await _server.LogInAsync("oAlice")), "1", _time.GetUtcNow());
    }

    [Fact]
    public async Task Consent_TooLong_Is422AndSpendsNoCode()
    {
        var code = _server.WeChat.Issue("c1", "oAlice");
        (await _server.Stranger().PostAsync("/postcard/access", $$"""{"code":"{{code}}","consent":"{{new string('v', 33)}}"}""")).Refused(422, "invalid_field");

        Assert.Empty(_server.WeChat.CodesAsked);
    }

    private static async Task<JsonElement> ProfileAsync(Phone phone) => (await phone.GetAsync("/postcard/access")).Ok().GetProperty("consent");

    private static void AssertConsent(JsonElement consent, string version, DateTimeOffset time) =>
        Assert.Equal((version, time), (consent.GetProperty("version").GetString(), consent.GetProperty("time").GetDateTimeOffset()));
}
