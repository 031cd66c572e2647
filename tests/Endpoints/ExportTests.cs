using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class ExportTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private PostcardServer _server = null!;
    private Phone _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync(time: _time);
        _alice = await _server.LogInAsync("oAlice");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Export_HoldsAllThatIsTheCallers()
    {
        (await _alice.PutAsync("/postcard/access", """{"role":2,"wx_name":"小丽","consent":"2026-11"}""")).Ok();
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        (await _alice.UploadAsync("audio", Samples.Wav())).Ok();
        var card = (await _alice.PostAsync("/postcard/card", """{"title":"春天","from":"小丽","to":"阿明","content":"见字如面","img":true,"audio":true}""")).Ok();
        var plain = (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"later"}""")).Ok();
        (await _alice.UploadAsync("image", Samples.Picture(seed: 2))).Ok();
        var others = await OthersCardAsync();
        (await _alice.PostAsync($"/postcard/saved/{others}")).Ok();
        (await _alice.PostAsync($"/postcard/card/{others}/report", """{"reason":"广告"}""")).Ok();

        using var zip = await ExportAsync();
        var id = card.GetProperty("id").GetString();
        Assert.Equal(
            ["cards.json", $"cards/{id}/audio.mp3", $"cards/{id}/image.jpg", $"cards/{id}/mini_image.jpg",
                "profile.json", "reports.json", "saved.json", "sessions.json", "uploads.json", "uploads/image.jpg", "uploads/mini_image.jpg"],
            zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));

        var profile = Json(zip, "profile.json");
        Assert.Equal(("oAlice", "小丽", "校友"), (Text(profile, "openid"), Text(profile, "wx_name"), Text(profile, "role")));
        Assert.Equal("2026-11", Text(profile.GetProperty("consent"), "version"));
        Assert.Equal(2, profile.GetProperty("cards").GetInt32());

        var cards = Json(zip, "cards.json").EnumerateArray().ToList();
        Assert.Equal([id, plain.GetProperty("id").GetString()], cards.Select(each => Text(each, "id")));
        Assert.Equal(("春天", "小丽", "阿明", "见字如面", "none"), (Text(cards[0], "title"), Text(cards[0], "from"), Text(cards[0], "to"), Text(cards[0], "content"), Text(cards[0], "status")));
        Assert.Equal(3, cards[0].GetProperty("files").GetArrayLength());
        Assert.All(cards.SelectMany(each => each.GetProperty("files").EnumerateArray()), file => Assert.NotNull(zip.GetEntry(file.GetString()!)));

        Assert.Equal(others, Text(Assert.Single(Json(zip, "saved.json").EnumerateArray()), "id"));
        Assert.Equal("广告", Text(Assert.Single(Json(zip, "reports.json").EnumerateArray()), "reason"));
        Assert.Equal("image", Text(Assert.Single(Json(zip, "uploads.json").EnumerateArray()), "type"));
        Assert.Equal(_time.GetUtcNow().AddDays(30), Assert.Single(Json(zip, "sessions.json").EnumerateArray()).GetProperty("expires").GetDateTimeOffset());
        Assert.Equal(SHA256.HashData((await _alice.GetAsync(Text(card, "image")!)).Body), SHA256.HashData(Bytes(zip, $"cards/{id}/image.jpg")));
        Assert.Equal((await _alice.GetAsync(Text(card, "audio")!)).Body, Bytes(zip, $"cards/{id}/audio.mp3"));
    }

    [Fact]
    public async Task Export_OfManyCards_HasEachOnceAndMediaAsTheyAre()
    {
        var ids = new List<string?>();
        for (var i = 0; i < 120; i++)
        {
            ids.Add(Text((await _alice.PostAsync("/postcard/card", $$"""{"title":"{{i}}","content":"{{new string('x', 400)}}"}""")).Ok(), "id"));
        }

        using var zip = await ExportAsync();

        Assert.Equal(ids, Json(zip, "cards.json").EnumerateArray().Select(each => Text(each, "id")));
    }

    [Fact]
    public async Task Export_Reply_IsAnAttachmentThatNobodyKeeps()
    {
        var reply = await _alice.GetAsync("/postcard/access/export");

        Assert.Equal("application/zip", reply.ContentHeaders.ContentType!.MediaType);
        Assert.Equal("attachment; filename=\"postcard-2026-11-22.zip\"", reply.ContentHeaders.GetValues("Content-Disposition").Single());
        Assert.True(reply.Headers.CacheControl!.NoStore);
        var head = await _alice.SendAsync(HttpMethod.Head, "/postcard/access/export", null);
        Assert.Equal(200, (int)head.Status);
        Assert.Empty(head.Body);
    }

    [Fact]
    public async Task Export_OfAKeptCardThatWasRejected_SaysThatItIsGone()
    {
        var (rejected, own) = (await OthersCardAsync(), Text((await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x"}""")).Ok(), "id")!);
        foreach (var id in new[] { rejected, own })
        {
            (await _alice.PostAsync($"/postcard/saved/{id}")).Ok();
            await _server.Service.App.Store.Reviews.DecideAsync(id, CardStatus.Rejected, "no", Actor.CommandLine, null);
        }

        using var zip = await ExportAsync();
        Assert.Equal([(own, false), (rejected, true)], Json(zip, "saved.json").EnumerateArray().Select(saved => (Text(saved, "id")!, saved.GetProperty("gone").GetBoolean())));
    }

    [Fact]
    public async Task Export_WhoseFileIsNotThere_NamesIt()
    {
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        var id = Text((await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""")).Ok(), "id");
        using (var whole = await ExportAsync())
        {
            Assert.Null(whole.GetEntry("missing.json"));
        }

        File.Delete(Assert.Single(Directory.GetFiles(_server.Service.App.Store.Files.Users, "mini_image-*", SearchOption.AllDirectories)));
        using var zip = await ExportAsync();
        Assert.Equal([$"cards/{id}/mini_image.jpg"], Json(zip, "missing.json").EnumerateArray().Select(name => name.GetString()));
        Assert.NotNull(zip.GetEntry($"cards/{id}/image.jpg"));
    }

    /// <summary>Java's ZipInputStream and the like: where an entry ends is only told behind it, so the bytes themselves have to tell.</summary>
    [Fact]
    public async Task Export_ReadAsAStream_TellsWhereEachEntryEnds()
    {
        const int Header = 46, Deflated = 8;
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        var zip = (await _alice.GetAsync("/postcard/access/export")).Body;
        var methods = new List<int>();
        for (var at = zip.AsSpan().IndexOf("PK\x01\x02"u8); BitConverter.ToInt32(zip, at) == 0x02014b50;)
        {
            methods.Add(BitConverter.ToUInt16(zip, at + 10));
            at += Header + BitConverter.ToUInt16(zip, at + 28) + BitConverter.ToUInt16(zip, at + 30) + BitConverter.ToUInt16(zip, at + 32);
        }

        Assert.Equal(8, methods.Count);
        Assert.All(methods, method => Assert.Equal(Deflated, method));
    }

    [Fact]
    public async Task Export_Sent_IsCounted()
    {
        var before = _server.Service.App.Traffic.Sent;
        var bytes = (await _alice.GetAsync("/postcard/access/export")).Body.Length;

        await Until.EqualAsync(before + bytes, () => Task.FromResult(_server.Service.App.Traffic.Sent));
    }

    [Fact]
    public async Task Export_HoldsNothingOfOthers()
    {
        (await _alice.PostAsync($"/postcard/saved/{await OthersCardAsync()}")).Ok();

        using var zip = await ExportAsync();
        Assert.All(zip.Entries.Where(entry => entry.Name.EndsWith(".json", StringComparison.Ordinal)), entry =>
        {
            var text = new StreamReader(entry.Open()).ReadToEnd();
            Assert.All(["oBob", "Bob's own"], foreign => Assert.DoesNotContain(foreign, text));
        });
    }

    [Fact]
    public async Task Export_WithoutToken_Is401() => (await _server.Stranger().GetAsync("/postcard/access/export")).Refused(401, "unauthorized");

    [Fact]
    public async Task Export_WhileOneIsUnderWay_IsBusyUntilItEnds()
    {
        var slots = _server.Service.App.Exports;
        var uid = Path.GetFileName(Assert.Single(Directory.GetDirectories(Path.Combine(_server.Settings.Data, "users"))));
        Assert.True(slots.TryEnter(uid));

        Assert.NotNull((await _alice.GetAsync("/postcard/access/export")).Refused(503, "busy").Headers.RetryAfter);
        slots.Leave(uid);
        using var zip = await ExportAsync();
        Assert.True(slots.TryEnter(uid));
    }

    [Fact]
    public async Task Export_WhileAFewAreUnderWay_IsBusyForAll()
    {
        var slots = _server.Service.App.Exports;
        Assert.All(["a", "b", "c"], uid => Assert.True(slots.TryEnter(uid)));

        (await _alice.GetAsync("/postcard/access/export")).Refused(503, "busy");
        slots.Leave("b");
        using var zip = await ExportAsync();
    }

    private async Task<string> OthersCardAsync()
    {
        var bob = await _server.LogInAsync("oBob");
        return Text((await bob.PostAsync("/postcard/card", """{"title":"t","content":"Bob's own"}""")).Ok(), "id")!;
    }

    private async Task<ZipArchive> ExportAsync()
    {
        var reply = await _alice.GetAsync("/postcard/access/export");
        Assert.Equal(200, (int)reply.Status);
        return new ZipArchive(new MemoryStream(reply.Body));
    }

    private static byte[] Bytes(ZipArchive zip, string name)
    {
        using var stream = zip.GetEntry(name)!.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static JsonElement Json(ZipArchive zip, string name) => JsonDocument.Parse(Bytes(zip, name)).RootElement;

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
