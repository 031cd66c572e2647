using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage;

/// <summary>
/// The real process under load, killed with SIGKILL again and again. <c>POSTCARD_KILL_ROUNDS</c> sets how often.
/// </summary>
public sealed class KillTests : IDisposable
{
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("POSTCARD_KILL_ROUNDS") ?? "4");

    private readonly TempFolder _folder = new();
    private readonly Random _random = new(20261122);
    private readonly ConcurrentDictionary<string, Expected> _cards = new();
    private ServerProcess? _server;

    /// <param name="Content">What was acknowledged last; null for a card whose deletion was.</param>
    /// <param name="Doubtful">What was asked for and not answered, if the process died meanwhile.</param>
    private sealed record Expected(string? Content, bool WithMedia, Doubt? Doubtful = null);

    /// <param name="Content">Null stands for the card's deletion.</param>
    private sealed record Doubt(string? Content);

    public void Dispose()
    {
        _server?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Server_KilledUnderLoad_LosesNothingAcknowledged()
    {
        await using var weChat = await FakeWeChat.StartAsync();
        var phones = new List<Phone>();
        for (var round = 0; round < Rounds; round++)
        {
            _server = await ServerProcess.StartAsync(_folder["data"], weChat.Api);
            await CheckAsync(phones);
            var phone = await LogInAsync(weChat, $"oUser{round}");
            phones.Add(phone);
            var load = phones.TakeLast(2).SelectMany((each, i) => new[] { WriteTextsAsync(each, i), WriteMediaAsync(each, i), ChangeAsync(each, i) }).ToList();
            var enough = _cards.Count + 20;
            await Until.EqualAsync(true, () => Task.FromResult(_cards.Count >= enough && _cards.Values.Any(card => card.WithMedia)));
            await Task.Delay(_random.Next(900), TestContext.Current.CancellationToken);
            await _server.KillAsync();
            await Task.WhenAll(load);
        }

        _server = await ServerProcess.StartAsync(_folder["data"], weChat.Api);
        await CheckAsync(phones);
    }

    private async Task<Phone> LogInAsync(FakeWeChat weChat, string openId)
    {
        var reply = await new Phone(() => _server!.Address, null).PostAsync("/postcard/access", $$"""{"code":"{{weChat.Issue("code-" + openId, openId)}}"}""");
        return new(() => _server!.Address, reply.Ok().GetProperty("token").GetString());
    }

    private Task WriteTextsAsync(Phone phone, int worker) => UntilKilledAsync(async i =>
    {
        var card = (await phone.PostAsync("/postcard/card", $$"""{"title":"t","content":"text {{worker}} {{i}}","plaza":{{(i % 2 == 0 ? "true" : "false")}}}""")).Ok();
        _cards[card.GetProperty("id").GetString()!] = new($"text {worker} {i}", WithMedia: false);
    });

    private Task WriteMediaAsync(Phone phone, int worker) => UntilKilledAsync(async i =>
    {
        (await phone.UploadAsync("image", Samples.Picture(320, 240, seed: i))).Ok();
        (await phone.UploadAsync("audio", Samples.Wav(0.3))).Ok();
        var card = (await phone.PostAsync("/postcard/card", $$"""{"title":"t","content":"media {{worker}} {{i}}","img":true,"audio":true}""")).Ok();
        _cards[card.GetProperty("id").GetString()!] = new($"media {worker} {i}", WithMedia: true);
    });

    /// <summary>Edits and deletes cards of this phone's own.</summary>
    private Task ChangeAsync(Phone phone, int worker) => UntilKilledAsync(async i =>
    {
        var id = (await phone.PostAsync("/postcard/card", """{"title":"t","content":"before"}""")).Ok().GetProperty("id").GetString()!;
        _cards[id] = new("before", WithMedia: false, new("after"));
        (await phone.PutAsync($"/postcard/card/{id}", """{"content":"after"}""")).Ok();
        _cards[id] = new("after", WithMedia: false);
        if (i % 2 == 0)
        {
            _cards[id] = new("after", WithMedia: false, new((string?)null));
            (await phone.DeleteAsync($"/postcard/card/{id}")).Ok();
            _cards[id] = new(null, WithMedia: false);
        }
    });

    private static async Task UntilKilledAsync(Func<int, Task> step)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                await step(i);
            }
        }
        catch (HttpRequestException)
        {
            // The server was killed.
        }
    }

    private async Task CheckAsync(List<Phone> phones)
    {
        var stranger = new Phone(() => _server!.Address, null);
        foreach (var (id, expected) in _cards)
        {
            var reply = await stranger.GetAsync($"/postcard/card/{id}");
            var content = reply.Status == HttpStatusCode.NotFound ? null : reply.Ok().GetProperty("content").GetString();
            Assert.True(content == expected.Content || (expected.Doubtful is { } doubt && content == doubt.Content), $"{id} is '{content}' and not '{expected.Content}'");
            _cards[id] = expected with { Content = content, Doubtful = null };
        }

        foreach (var phone in phones)
        {
            foreach (var card in (await phone.GetAsync("/postcard/home")).Ok().EnumerateArray())
            {
                await CheckWholeAsync(stranger, card);
            }
        }
    }

    /// <summary>Also what was never acknowledged is there whole or not at all.</summary>
    private async Task CheckWholeAsync(Phone stranger, JsonElement card)
    {
        var id = card.GetProperty("id").GetString()!;
        Assert.Equal(card.GetProperty("with_img").GetBoolean(), card.GetProperty("with_audio").GetBoolean());
        Assert.Equal(card.GetProperty("content").GetString(), (await stranger.GetAsync($"/postcard/card/{id}")).Ok().GetProperty("content").GetString());
        foreach (var medium in new[] { "image", "mini_image", "audio" })
        {
            if (card.GetProperty(medium).GetString() is { } path)
            {
                Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync(path)).Status);
            }
        }

        if (_cards.TryGetValue(id, out var expected))
        {
            Assert.Equal(expected.WithMedia, card.GetProperty("with_img").GetBoolean());
        }
    }
}
