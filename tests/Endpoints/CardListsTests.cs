using System.Net;
using System.Text.Json;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class CardListsTests : IAsyncLifetime
{
    private PostcardServer _server = null!;
    private Phone _alice = null!, _bob = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync();
        (_alice, _bob) = (await _server.LogInAsync("oAlice"), await _server.LogInAsync("oBob"));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Home_InPages_ShowsEachCardOnceNewestFirst(bool afterRestart)
    {
        var ids = await MakeAsync(_alice, 250);
        await MakeAsync(_bob, 3);
        if (afterRestart)
        {
            await _server.RestartAsync();
        }

        Assert.Equal(ids, await PagesAsync(_alice, "/postcard/home?limit=7"));
        Assert.Equal(ids, await PagesAsync(_alice, "/postcard/home?limit=100"));
        var all = await _alice.GetAsync("/postcard/home");
        Assert.Equal(ids, IdsOf(all.Ok()));
        Assert.Null(all.Next);
        Assert.All(all.Ok().EnumerateArray(), card => Assert.Equal("oAlice", card.GetProperty("wx_openid").GetString()));
    }

    [Fact]
    public async Task Home_WhileCardsComeAndGo_KeepsTheCursorValid()
    {
        var ids = await MakeAsync(_alice, 12);
        var first = await _alice.GetAsync("/postcard/home?limit=5");
        await _alice.DeleteAsync($"/postcard/card/{ids[4]}");
        await _alice.DeleteAsync($"/postcard/card/{ids[5]}");
        var newer = await MakeAsync(_alice, 2);
        var second = await _alice.GetAsync($"/postcard/home?limit=5&cursor={first.Next}");
        Assert.Equal(ids[6..11], IdsOf(second.Ok()));
        var all = await _alice.GetAsync("/postcard/home");
        Assert.Equal([.. newer, .. ids[..4], .. ids[6..]], IdsOf(all.Ok()));
    }

    [Theory]
    [InlineData("/postcard/home?limit=0", 422, "invalid_field")]
    [InlineData("/postcard/home?limit=101", 422, "invalid_field")]
    [InlineData("/postcard/home?limit=x", 422, "invalid_field")]
    [InlineData("/postcard/saved?limit=-1", 422, "invalid_field")]
    [InlineData("/postcard/plaza?limit=101", 422, "invalid_field")]
    [InlineData("/postcard/home?cursor=abc", 400, "bad_request")]
    [InlineData("/postcard/plaza?cursor=-5", 400, "bad_request")]
    [InlineData("/postcard/saved?cursor=99999999999999999999", 400, "bad_request")]
    public async Task List_WithABadBound_IsRefused(string path, int status, string reason) => (await _alice.GetAsync(path)).Refused(status, reason);

    [Theory]
    [InlineData("/postcard/home?cursor=9223372036854775807&limit=3")]
    [InlineData("/postcard/home?cursor=0")]
    [InlineData("/postcard/home?cursor=")]
    [InlineData("/postcard/plaza?cursor=9223372036854775807")]
    [InlineData("/postcard/saved?cursor=0")]
    public async Task List_WithAnExtremeCursor_Answers(string path) => (await _alice.GetAsync(path)).Ok();

    [Fact]
    public async Task Saved_ListsTheLatestKeptFirst()
    {
        var ids = await MakeAsync(_alice, 5);
        foreach (var id in new[] { ids[2], ids[0], ids[4], ids[2] })
        {
            (await _bob.PostAsync($"/postcard/saved/{id}")).Ok();
        }

        Assert.Equal([ids[4], ids[0], ids[2]], IdsOf((await _bob.GetAsync("/postcard/saved")).Ok()));
        Assert.Equal([ids[4], ids[0], ids[2]], await PagesAsync(_bob, "/postcard/saved?limit=1"));
        Assert.True((await _bob.GetAsync($"/postcard/card/{ids[0]}")).Ok().GetProperty("saved").GetBoolean());
        Assert.False((await _alice.GetAsync($"/postcard/card/{ids[0]}")).Ok().GetProperty("saved").GetBoolean());

        (await _bob.DeleteAsync($"/postcard/saved/{ids[0]}")).Ok();
        (await _bob.DeleteAsync($"/postcard/saved/{ids[0]}")).Ok();
        Assert.False((await _bob.GetAsync($"/postcard/card/{ids[0]}")).Ok().GetProperty("saved").GetBoolean());
        Assert.Equal([ids[4], ids[2]], IdsOf((await _bob.GetAsync("/postcard/saved")).Ok()));
    }

    [Fact]
    public async Task Saved_OfADeletedCard_SaysThatItIsGone()
    {
        var ids = await MakeAsync(_alice, 2);
        (await _bob.PostAsync($"/postcard/saved/{ids[0]}")).Ok();
        (await _bob.PostAsync($"/postcard/saved/{ids[1]}")).Ok();
        (await _alice.DeleteAsync($"/postcard/card/{ids[1]}")).Ok();
        var saved = (await _bob.GetAsync("/postcard/saved")).Ok();
        Assert.Equal($$"""{"id":"{{ids[1]}}","gone":true}""", saved[0].GetRawText());
        Assert.Equal(ids[0], saved[1].GetProperty("id").GetString());
        (await _bob.PostAsync($"/postcard/saved/{ids[1]}")).Refused(404, "not_found");
        (await _bob.DeleteAsync($"/postcard/saved/{ids[1]}")).Ok();
        Assert.Equal([ids[0]], IdsOf((await _bob.GetAsync("/postcard/saved")).Ok()));
    }

    [Fact]
    public async Task Saved_AtOnce_DoesNotPassTheBound()
    {
        var ids = await MakeAsync(_alice, 30);
        var uid = (await _server.Service.App.Store.Accounts.FindAsync("oBob"))!.Uid;
        await KeepDeletedCardsAsync(uid, Saves.Most - 10);
        (await _bob.GetAsync("/postcard/home")).Ok();
        var replies = await Task.WhenAll(ids.Select(id => _bob.PostAsync($"/postcard/saved/{id}")));
        var kept = ids.Where((_, i) => replies[i].Status is HttpStatusCode.OK).ToList();
        var refused = ids.Except(kept).ToList();
        Assert.Equal(10, kept.Count);
        Assert.All(replies.Where(reply => reply.Status is not HttpStatusCode.OK), reply => Assert.Contains("5000", reply.Refused(507, "quota_exceeded").Msg));
        Assert.Equal(kept.Order(), (await _server.Service.App.Store.Saves.IdsAsync(uid)).Intersect(ids).Order());

        (await _bob.PostAsync($"/postcard/saved/{kept[0]}")).Ok();
        (await _bob.PostAsync("/postcard/saved/000000000000")).Refused(404, "not_found");
        (await _bob.DeleteAsync($"/postcard/saved/{kept[0]}")).Ok();
        (await _bob.PostAsync($"/postcard/saved/{refused[0]}")).Ok();
        (await _bob.PostAsync($"/postcard/saved/{kept[0]}")).Refused(507, "quota_exceeded");
        (await _alice.PostAsync($"/postcard/saved/{kept[0]}")).Ok();
        await _server.AgreesAsync();
    }

    [Fact]
    public async Task Plaza_ShowsWhatItsAuthorsPutThere()
    {
        var hidden = await MakeAsync(_alice, 1);
        var shown = await MakeAsync(_alice, 3, plaza: true);
        Assert.Equal(shown, IdsOf((await _server.Stranger().GetAsync("/postcard/plaza")).Ok()));
        Assert.All((await _server.Stranger().GetAsync("/postcard/plaza")).Ok().EnumerateArray(), card => Assert.False(card.TryGetProperty("wx_openid", out _)));

        (await _alice.PutAsync($"/postcard/card/{shown[1]}", """{"plaza":false}""")).Ok();
        (await _alice.PutAsync($"/postcard/card/{hidden[0]}", """{"plaza":true}""")).Ok();
        (await _alice.DeleteAsync($"/postcard/card/{shown[0]}")).Ok();
        Assert.Equal([shown[2], hidden[0]], IdsOf((await _server.Stranger().GetAsync("/postcard/plaza")).Ok()));
        await _server.RestartAsync();
        Assert.Equal([shown[2], hidden[0]], IdsOf((await _alice.GetAsync("/postcard/plaza")).Ok()));
        Assert.Equal([shown[2], hidden[0]], await PagesAsync(_bob, "/postcard/plaza?limit=1"));
    }

    /// <summary>As if the user had kept cards that are deleted by now.</summary>
    private async Task KeepDeletedCardsAsync(string uid, int count)
    {
        await _server.StopAsync();
        await using (var database = Database.Open(_server.Settings.Data, Saves.Collections))
        {
            await database.WriteAsync(transaction =>
            {
                for (var i = 1; i <= count; i++)
                {
                    var card = $"{i:D20}";
                    transaction.Insert(Saves.Table, new() { ["_id"] = $"{uid}|{card}", ["key"] = $"{uid}|{i:D14}", ["card"] = card, ["saved"] = (long)i });
                }

                return true;
            });
        }

        await _server.RestartAsync();
    }

    private static async Task<string[]> MakeAsync(Phone phone, int count, bool plaza = false)
    {
        var ids = new string[count];
        for (var i = 0; i < count; i++)
        {
            var reply = await phone.PostAsync("/postcard/card", $$"""{"title":"{{i}}","content":"x","plaza":{{(plaza ? "true" : "false")}}}""");
            ids[count - 1 - i] = reply.Ok().GetProperty("id").GetString()!;
        }

        return ids;
    }

    private static async Task<string[]> PagesAsync(Phone phone, string path)
    {
        var ids = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var reply = await phone.GetAsync(cursor.Length == 0 ? path : $"{path}&cursor={cursor}");
            ids.AddRange(IdsOf(reply.Ok()));
            cursor = reply.Next;
        }

        return [.. ids];
    }

    private static string[] IdsOf(JsonElement list) => [.. list.EnumerateArray().Select(card => card.GetProperty("id").GetString()!)];
}
