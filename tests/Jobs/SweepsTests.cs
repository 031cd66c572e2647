using LiteDB;
using Postcard.Jobs;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Jobs;

/// <summary>What the server tidies by itself.</summary>
public sealed class SweepsTests : IAsyncLifetime
{
    private static readonly Collection[] Tables = [new("erasing"), new("sessions"), new("reports"), new("idempotency"), new("uploads")];

    private readonly LogLines _log = new();
    private PostcardServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await PostcardServer.StartAsync();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Sweep_OfWhatIsPastItsTime_RemovesAllOfItAndNothingElse()
    {
        var (alice, bob) = (await _server.LogInAsync("oAlice"), await _server.LogInAsync("oBob"));
        var gone = IdOf(await alice.PostAsync("/postcard/card", """{"title":"t","content":"x"}"""));
        var stays = IdOf(await bob.PostAsync("/postcard/card", """{"title":"t","content":"x"}"""));
        (await bob.PostAsync($"/postcard/card/{stays}/report", """{"reason":"r"}""")).Ok();
        var uid = (await _server.Service.App.Store.Accounts.FindAsync("oAlice"))!.Uid;
        await PutAsync(
            ("erasing", new() { ["_id"] = uid }),
            ("sessions", new() { ["_id"] = new string('0', 64), ["key"] = "nobody|0|0", ["uid"] = "nobody", ["expires"] = 1L }),
            ("reports", new() { ["_id"] = "nocard|nobody", ["uid"] = "nobody", ["card"] = "nocard", ["reason"] = "", ["created"] = 0L, ["round"] = 0 }),
            ("idempotency", new() { ["_id"] = "nobody|key", ["body"] = "", ["card"] = "", ["created"] = 1L }));

        await SweepAsync();
        (await bob.GetAsync($"/postcard/card/{gone}")).Refused(404, "not_found");
        (await bob.GetAsync($"/postcard/card/{stays}")).Ok();
        Assert.False(Directory.Exists(_server.Service.App.Store.Files.UserDirectory(uid)));
        Assert.Empty(_log.Lines);
        Assert.Equal(["erasing 0", "sessions 2", "reports 1", "idempotency 0", "uploads 0"], await CountAsync());
    }

    [Fact]
    public async Task Sweep_OfWhichOnePartFails_DoesTheOthersAndSaysSo()
    {
        await PutAsync(
            ("uploads", new() { ["_id"] = "broken|image" }),
            ("idempotency", new() { ["_id"] = "nobody|key", ["body"] = "", ["card"] = "", ["created"] = 1L }));

        await SweepAsync();
        var line = Assert.Single(_log.Lines);
        Assert.StartsWith("Warning: The sweep of uploads could not be finished (", line);
        Assert.DoesNotMatch("""\{pass="uploads"\} 0\n""", await MetricsAsync());
        Assert.Contains("""postcard_sweep_failures_total{pass="settlings"} """, await MetricsAsync());
        Assert.Contains("idempotency 0", await CountAsync());
    }

    [Fact]
    public async Task Sweep_WhereMostUsersHaveNoRecord_RemovesNothingAndSaysSo()
    {
        await _server.LogInAsync("oAlice");
        var lost = Enumerable.Range(0, 19).Select(i => Lost($"lost{i:000000000000}")).ToList();
        Directory.CreateDirectory(Path.Combine(_server.Service.App.Store.Files.Users, "lost+found"));

        await SweepAsync();
        Assert.StartsWith("Error: 19 users, more than half of all, have media and no record", Assert.Single(_log.Lines));
        Assert.All(lost, directory => Assert.True(Directory.Exists(directory)));
        Assert.DoesNotMatch("""\{pass="orphans"\} 0\n""", await MetricsAsync());

        Directory.Delete(lost[0], recursive: true);
        await SweepAsync();
        Assert.Equal("Information: Removed 18 files and directories that no record named, 54 bytes", _log.Lines.Last());
        Assert.All(lost, directory => Assert.False(Directory.Exists(directory)));
        Assert.Matches("postcard_sweep_removed_total [1-9]", await MetricsAsync());
        Assert.Matches("postcard_sweep_size_bytes_total [1-9]", await MetricsAsync());
        await _server.AgreesAsync();
    }

    private async Task SweepAsync()
    {
        await using var sweeps = new Sweeps(_server.Service.App.Store, TimeSpan.FromHours(24), TimeProvider.System, new TypedLog<Sweeps>(_log));
        await sweeps.SweepAsync();
    }

    /// <summary>A directory that no user has any more.</summary>
    private string Lost(string uid)
    {
        var directory = _server.Service.App.Store.Files.UserDirectory(uid);
        var temp = Directory.CreateDirectory(Path.Combine(directory, "temp")).FullName;
        File.WriteAllText(Path.Combine(temp, "image-00.jpg"), "abc");
        Directory.SetLastWriteTimeUtc(directory, DateTime.UtcNow - TimeSpan.FromHours(2));
        return directory;
    }

    private async Task PutAsync(params (string Table, BsonDocument Document)[] records)
    {
        await _server.StopAsync();
        await using (var database = Database.Open(_server.Settings.Data, Tables))
        {
            await database.WriteAsync(transaction =>
            {
                Array.ForEach(records, record => transaction.Put(record.Table, record.Document));
                return true;
            });
        }

        await _server.RestartAsync();
    }

    private async Task<string[]> CountAsync()
    {
        await _server.StopAsync();
        await using var database = Database.Open(_server.Settings.Data, Tables);
        return await database.ReadAsync(tables => Array.ConvertAll(Tables, table => $"{table.Name} {tables.All(table.Name, null, 100).Count}"));
    }

    private async Task<string> MetricsAsync() => System.Text.Encoding.UTF8.GetString((await _server.Stranger().GetAsync("/metrics")).Body);

    private static string IdOf(Reply card) => card.Ok().GetProperty("id").GetString()!;
}
