using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class HealthTests
{
    [Fact]
    public async Task Server_ThatIsUp_IsReady()
    {
        await using var server = await PostcardServer.StartAsync();

        (await server.Stranger().GetAsync("/readyz")).Ok();
        (await server.Stranger().GetAsync("/healthz")).Ok();
    }

    [Fact]
    public async Task Server_BelowItsFloorOfDisk_IsNotReadyAndTakesNoUploadsAndServes()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { MinFreeMegabytes = 1_000_000 });
        var alice = await server.LogInAsync("alice");

        Assert.Equal(["disk"], Lacks(await alice.GetAsync("/readyz")));
        (await server.Stranger().GetAsync("/healthz")).Ok();
        (await alice.UploadAsync("image", Samples.Picture(64, 64))).Refused(507, "storage_full");
        var card = (await alice.PostAsync("/postcard/card", """{"title":"t","content":"c"}""")).Ok().GetProperty("id").GetString();
        (await alice.GetAsync($"/postcard/card/{card}")).Ok();
    }

    [Fact]
    public async Task Server_ThatStops_SaysSo()
    {
        await using var server = await PostcardServer.StartAsync();
        server.Service.App.Stopping = true;

        Assert.Equal(["stopping"], Lacks(await server.Stranger().GetAsync("/readyz")));
    }

    [Fact]
    public async Task Server_WithAsManyUploadsAsItTakes_IsNotReady()
    {
        await using var server = await PostcardServer.StartAsync();
        var passes = Enumerable.Range(0, Postcard.Endpoints.UploadGate.Capacity).Select(number => server.Service.App.Uploading.Enter($"{number}", 0)).ToList();

        Assert.Equal(["media_queue"], Lacks(await server.Stranger().GetAsync("/readyz")));
        passes.ForEach(pass => pass.Dispose());
        (await server.Stranger().GetAsync("/readyz")).Ok();
    }

    private static IEnumerable<string> Lacks(Reply reply) =>
        reply.Refused(503, "not_ready").Json.GetProperty("data").GetProperty("lacks").EnumerateArray().Select(word => word.GetString()!);
}
