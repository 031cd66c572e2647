using System.Net;
using System.Text;
using System.Text.Json;
using LiteDB;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

/// <summary>What the operator is told of a database of which a part cannot be read.</summary>
public sealed class DamagedStoreTests : IAsyncLifetime, IDisposable
{
    private readonly Shell _shell = new();
    private PostcardServer _server = null!;
    private Phone _phone = null!;
    private string _card = "";
    private string _other = "";

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync();
        _phone = await _server.LogInAsync("oAlice");
        _card = await CreateAsync(new string('x', 4000));
        _other = await CreateAsync(new string('y', 4000));
        (await _phone.PostAsync($"/postcard/saved/{_card}")).Ok();
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Verify_OfADamagedRecord_NamesItAndWhatHangsOnIt(bool whileRunning)
    {
        await DamageAsync(Damage.DataPage, "xxxxx", restart: whileRunning);
        var stray = Path.Combine(_server.Settings.Data, ".incoming-abc");
        File.WriteAllText(stray, "");
        File.SetLastWriteTimeUtc(stray, DateTime.UtcNow - TimeSpan.FromHours(2));

        var outcome = await VerifyAsync("--json");
        Assert.Equal(1, outcome.Code);
        var flaws = Flaws(outcome.Out);
        Assert.Contains($"record cards {_card}: cannot be read: the database is damaged", flaws);
        Assert.Contains(flaws, flaw => flaw.StartsWith("record users ", StringComparison.Ordinal));
        Assert.Contains("orphan .incoming-abc: no record names it", flaws);
        Assert.DoesNotContain(flaws, flaw => flaw.Contains(_other, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_OfADamagedIndex_NamesTheTablesAndGoesOn()
    {
        await DamageAsync(Damage.IndexPage, _card, restart: true);
        var flaws = Flaws((await VerifyAsync("--json")).Out);
        Assert.Contains("record cards: cannot be listed: the database is damaged", flaws);
        Assert.Contains("record saves: cannot be listed: the database is damaged", flaws);
        Assert.DoesNotContain(flaws, flaw => flaw.StartsWith("record sessions", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_OfRecordsWithoutTheirFields_NamesThem()
    {
        await _server.StopAsync();
        await using (var database = Database.Open(_server.Settings.Data, [new("sessions", new Postcard.Storage.Index("key")), new("uploads"), new("audit"), new("templates")]))
        {
            await database.WriteAsync(transaction =>
            {
                transaction.Put("sessions", new() { ["_id"] = "s" });
                transaction.Put("uploads", new() { ["_id"] = "u", ["uid"] = 5 });
                transaction.Put("audit", new() { ["_id"] = "a" });
                return true;
            });
        }

        Assert.Equal(
            [.. new[] { "audit a", "sessions s", "uploads u" }.Select(what => $"record {what}: does not have the fields of such a record")],
            Flaws((await VerifyAsync("--json")).Out).Order());
    }

    [Fact]
    public async Task Server_OverADamagedRecord_RefusesWhatNeedsItAndServesTheRest()
    {
        await DamageAsync(Damage.DataPage, "xxxxx", restart: true);
        for (var round = 0; round < 5; round++)
        {
            (await _phone.GetAsync($"/postcard/card/{_card}")).Refused(500, "internal");
            (await _phone.PostAsync($"/postcard/saved/{_other}")).Ok();
            (await _phone.DeleteAsync($"/postcard/saved/{_other}")).Ok();
            (await _phone.GetAsync($"/postcard/card/{_other}")).Ok();
        }

        Assert.Contains(_server.Log.Lines, line => line.Contains("StorageDamagedException", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Backup_OfADamagedRecord_IsRefusedInASentence(bool whileRunning)
    {
        await DamageAsync(Damage.DataPage, "xxxxx", restart: whileRunning);
        Assert.StartsWith("postcard: A part of the server's database is damaged and cannot be read", await BackUpAsync());
    }

    /// <summary>More than the buffers take comes before the record.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Backup_ThatMeetsADamagedRecordUnderWay_IsCutAndNotCalledStopped(bool whileRunning)
    {
        (await _phone.UploadAsync("image", Samples.Noise(1200, 1200))).Ok();
        await DamageAsync(Damage.DataPage, "xxxxx", restart: whileRunning);
        Assert.Equal("postcard: the server broke off its answer; its log says why", await BackUpAsync());
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("verify")]
    [InlineData("backup")]
    public async Task Start_WithoutWhatEveryStartReads_SaysSo(string command)
    {
        await DamageAsync(Damage.DataPage, "reserved", restart: false);
        string[] arguments = command switch
        {
            "serve" => ["serve", .. Shell.OnLoopback, "--port", "0"],
            "backup" => ["backup", "b.tar.gz"],
            _ => [command],
        };
        var outcome = await _shell.RunAsync([.. arguments, "--data", _server.Settings.Data]);
        Assert.Equal(1, outcome.Code);
        Assert.Contains("cannot be read: it is damaged, or the disk fails; restore a backup with: postcard restore FILE --replace", outcome.ErrorLines[^1]);
    }

    [Fact]
    public async Task Metrics_OverADamagedReviewRecord_TellTheRest()
    {
        await _server.RestartAsync(settings => settings with { Moderation = "manual" });
        await CreateAsync("waits");
        await DamageAsync(Damage.DataPage, "pending|", restart: true);

        var reply = await _server.Stranger().GetAsync("/metrics");
        var text = Encoding.UTF8.GetString(reply.Body);
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Contains("postcard_store_faults_total", text);
        Assert.DoesNotContain("postcard_review_waiting", text);
    }

    private async Task<string> BackUpAsync()
    {
        var outcome = await _shell.RunAsync("backup", "b.tar.gz", "--data", _server.Settings.Data);
        Assert.Equal(1, outcome.Code);
        Assert.Empty(Directory.GetFiles(_shell.Folder.Path));
        return outcome.ErrorLines[^1];
    }

    private async Task<string> CreateAsync(string content) =>
        (await _phone.PostAsync("/postcard/card", $$"""{"title":"t","content":"{{content}}","plaza":true}""")).Ok().GetProperty("id").GetString()!;

    private async Task DamageAsync(byte kind, string text, bool restart)
    {
        await _server.StopAsync();

        // It would bring the pages back.
        File.Delete(Path.Combine(_server.Settings.Data, "postcard.wal"));
        Damage.Pages(Path.Combine(_server.Settings.Data, "postcard.db"), kind, text, Manner.Zeros);
        if (restart)
        {
            await _server.RestartAsync();
        }
    }

    private Task<Outcome> VerifyAsync(params string[] more) => _shell.RunAsync(["verify", "--data", _server.Settings.Data, .. more]);

    private static List<string> Flaws(string json) => [.. JsonDocument.Parse(json).RootElement.GetProperty("flaws").EnumerateArray()
        .Select(flaw => $"{flaw.GetProperty("kind").GetString()} {flaw.GetProperty("what").GetString()}: {flaw.GetProperty("detail").GetString()}")];
}
