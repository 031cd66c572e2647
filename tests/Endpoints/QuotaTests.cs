using System.Net;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class QuotaTests
{
    private const string Text = """{"title":"t","content":"c"}""", WithSound = """{"title":"t","content":"c","audio":true}""";

    [Fact]
    public async Task Cards_MadeAtOnce_DoNotPassTheQuota()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { QuotaCards = 5 });
        var alice = await server.LogInAsync("alice");
        var replies = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => alice.PostAsync("/postcard/card", Text)));

        Assert.Equal(5, replies.Count(reply => reply.Status is HttpStatusCode.OK));
        Assert.All(replies.Where(reply => reply.Status is not HttpStatusCode.OK), reply => Assert.Contains("5", reply.Refused(507, "quota_exceeded").Msg));
        Assert.Equal(5, (await alice.GetAsync("/postcard/home")).Ok().GetArrayLength());
        (await (await server.LogInAsync("bob")).PostAsync("/postcard/card", Text)).Ok();

        (await alice.DeleteAsync("/postcard/card/" + replies.First(reply => reply.Status is HttpStatusCode.OK).Ok().GetProperty("id").GetString())).Ok();
        (await alice.PostAsync("/postcard/card", Text)).Ok();
    }

    [Fact]
    public async Task Card_RepeatedByItsKey_NeedsNoRoom()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { QuotaCards = 1 });
        var alice = await server.LogInAsync("alice");
        var first = (await alice.PostAsync("/postcard/card", Text, ("Idempotency-Key", "k"))).Ok().GetProperty("id").GetString();

        Assert.Equal(first, (await alice.PostAsync("/postcard/card", Text, ("Idempotency-Key", "k"))).Ok().GetProperty("id").GetString());
    }

    [Fact]
    public async Task Uploads_AndCardsTogether_DoNotPassTheQuotaAndLeaveNothing()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { QuotaMegabytes = 1 });
        var alice = await server.LogInAsync("alice");
        var sound = Mp3(seconds: 100);
        (await alice.UploadAsync("audio", sound)).Ok();
        (await alice.UploadAsync("audio", sound)).Ok();
        (await alice.PostAsync("/postcard/card", WithSound)).Ok();

        var refused = (await alice.UploadAsync("audio", sound)).Refused(507, "quota_exceeded");
        Assert.Contains("1 MB", refused.Msg);
        (await alice.PostAsync("/postcard/card", WithSound)).Refused(409, "no_upload");
        Assert.Single(Files(server));

        (await alice.UploadAsync("audio", Mp3(seconds: 10))).Ok();
        (await alice.PostAsync("/postcard/card", WithSound)).Ok();
    }

    [Fact]
    public async Task Uploads_OfBothKindsAtOnce_DoNotPassTheQuota()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { QuotaMegabytes = 1 });
        var alice = await server.LogInAsync("alice");
        var sound = Mp3(seconds: 100);
        (await alice.UploadAsync("audio", sound)).Ok();
        (await alice.PostAsync("/postcard/card", WithSound)).Ok();
        (await alice.UploadAsync("audio", Mp3(seconds: 20))).Ok();
        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => alice.UploadAsync("audio", sound)));

        Assert.All(replies, reply => reply.Refused(507, "quota_exceeded"));
        Assert.Equal(2, Files(server).Length);
    }

    [Fact]
    public async Task Quota_ThatWasLowered_RefusesMoreAndKeepsWhatIsThere()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { QuotaMegabytes = 0 });
        var alice = await server.LogInAsync("alice");
        (await alice.UploadAsync("audio", Mp3(seconds: 300))).Ok();
        var card = (await alice.PostAsync("/postcard/card", WithSound)).Ok().GetProperty("id").GetString();
        await server.RestartAsync(settings => settings with { QuotaMegabytes = 1, QuotaCards = 1 });

        (await alice.UploadAsync("audio", Mp3(seconds: 10))).Refused(507, "quota_exceeded");
        (await alice.PutAsync($"/postcard/card/{card}", """{"title":"another"}""")).Ok();
        Assert.Equal(HttpStatusCode.OK, (await alice.GetAsync($"/postcard/audio/{card}")).Status);
    }

    [Fact]
    public async Task Quota_ThatWasLoweredWhileAnUploadWaited_RefusesTheCard()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { QuotaMegabytes = 0 });
        var alice = await server.LogInAsync("alice");
        (await alice.UploadAsync("audio", Mp3(seconds: 300))).Ok();
        (await alice.UploadAsync("image", Samples.Picture(64, 64))).Ok();
        await server.RestartAsync(settings => settings with { QuotaMegabytes = 1 });

        (await alice.PostAsync("/postcard/card", WithSound)).Refused(507, "quota_exceeded");

        // What else waits counts, too.
        (await alice.PostAsync("/postcard/card", """{"title":"t","content":"c","img":true}""")).Refused(507, "quota_exceeded");
        (await alice.DeleteAsync("/postcard/upload/audio")).Ok();
        (await alice.PostAsync("/postcard/card", """{"title":"t","content":"c","img":true}""")).Ok();
    }

    private static string[] Files(PostcardServer server) => Directory.GetFiles(Path.Combine(server.Settings.Data, "users"), "*", SearchOption.AllDirectories);

    /// <summary>A constant 64 kbit/s: 8 kB a second.</summary>
    private static byte[] Mp3(int seconds)
    {
        // MPEG-2 layer III, 24 kHz, 64 kbit/s: frames of 192 bytes and 24 ms.
        var frames = seconds * 1000 / 24;
        var file = new byte[frames * 192];
        for (var i = 0; i < frames; i++)
        {
            new byte[] { 0xFF, 0xF3, 0x84, 0xC0 }.CopyTo(file, i * 192);
        }

        return file;
    }
}
