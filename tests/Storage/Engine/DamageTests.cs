using System.Text;
using LiteDB;
using Postcard.Storage;
using Postcard.Storage.Engine;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage.Engine;

/// <summary>A page that is not what was written costs whoever reads it an error, and nobody else anything.</summary>
public sealed class DamageTests
{
    private readonly SimulatedDisk _disk = new();

    [Theory]
    [InlineData(Manner.Zeros)]
    [InlineData(Manner.Garbage)]
    [InlineData(Manner.Header)]
    [InlineData(Manner.Document)]
    public async Task Read_OfADamagedDocument_FailsAloneWhileChangesGoOn(Manner manner)
    {
        await FillAsync();
        DamageAll(Damage.DataPage, "text of b", manner);

        await using var database = Open();
        for (var round = 0; round < 3; round++)
        {
            await Assert.ThrowsAsync<StorageDamagedException>(() => database.ReadAsync(tables => tables.Find("cards", "b")));
            Assert.True(await PutAsync(database, $"later {round}"));
            Assert.Equal("text of a", (await database.ReadAsync(tables => tables.Find("cards", "a")))!["text"].AsString[..9]);
        }

        Assert.Equal(["a", "b", "c"], (await database.ReadAsync(tables => tables.Ids("cards", null, 3))).ConvertAll(id => id.AsString));
        await database.CheckpointAsync();
        Assert.Equal(DatabaseState.Ready, database.State);
    }

    [Fact]
    public async Task Reads_ThatWaitWithOneOfADamagedDocument_AreAnswered()
    {
        await FillAsync();
        DamageAll(Damage.DataPage, "text of b", Manner.Zeros);

        await using var database = Open();
        using var open = new ManualResetEventSlim();
        var hold = database.ReadAsync(_ => open.Wait(TimeSpan.FromMinutes(1)));
        var reads = new[] { "a", "b", "c" }.Select(id => database.ReadAsync(tables => tables.Find("cards", id) is not null)).ToList();
        open.Set();
        Assert.True(await hold && await reads[0] && await reads[2]);
        await Assert.ThrowsAsync<StorageDamagedException>(() => reads[1]);
    }

    [Fact]
    public async Task Changes_ThatWaitWithOneOfADamagedDocument_AreMade()
    {
        await FillAsync();
        DamageAll(Damage.DataPage, "text of b", Manner.Zeros);

        await using (var database = Open())
        {
            using var open = new ManualResetEventSlim();
            var hold = database.ReadAsync(_ => open.Wait(TimeSpan.FromMinutes(1)));
            var changes = new[] { "a", "b", "c" }.Select(id => database.WriteAsync(transaction =>
            {
                transaction.Put("marks", new() { ["_id"] = id });
                return id == "b" ? transaction.Find("cards", id) : null;
            })).ToList();
            open.Set();
            await hold;
            await changes[0];
            await Assert.ThrowsAsync<StorageDamagedException>(() => changes[1]);
            await changes[2];
            Assert.Equal(DatabaseState.Ready, database.State);
        }

        await using var reopened = Open();
        Assert.Equal(["a", "c"], (await reopened.ReadAsync(tables => tables.Ids("marks", null, 4))).ConvertAll(id => id.AsString));
    }

    [Fact]
    public async Task Read_OfADamagedIndex_FailsForThatIndexOnly()
    {
        await FillAsync();
        DamageAll(Damage.IndexPage, "key of b", Manner.Zeros);

        await using var database = Open();
        await Assert.ThrowsAsync<StorageDamagedException>(() => database.ReadAsync(tables => tables.FindBy("cards", "key", "key of b")));
        Assert.Equal(3, (await database.ReadAsync(tables => tables.All("cards", null, 10))).Count);
    }

    [Fact]
    public async Task Copy_OfADamagedDocument_SaysSo()
    {
        await FillAsync();
        DamageAll(Damage.DataPage, "text of b", Manner.Zeros);

        using var folder = new TempFolder();
        await using var database = Open();
        await database.CopyAsync(folder["copy"]);
        await using var copy = await database.OpenCopyAsync(folder["copy"]);
        await Assert.ThrowsAsync<StorageDamagedException>(() => copy.ReadAsync(tables => tables.Find("cards", "b")));
        Assert.NotNull(await database.ReadAsync(tables => tables.Find("cards", "a")));
    }

    private Database Open() => Database.Open(_disk, PowerCutWorkload.Collections, new() { Time = new ManualTime() });

    /// <summary>Three documents of a page each.</summary>
    private async Task FillAsync()
    {
        await using var database = Open();
        foreach (var id in new[] { "a", "b", "c" })
        {
            await PutAsync(database, id);
        }
    }

    private static Task<bool> PutAsync(Database database, string id) => database.WriteAsync(transaction =>
    {
        transaction.Put("cards", new BsonDocument { ["_id"] = id, ["key"] = $"key of {id}", ["text"] = $"text of {id}" + new string('x', 7000) });
        return true;
    });

    private void DamageAll(byte kind, string text, Manner manner)
    {
        using var file = _disk.Open(DataFiles.DataName);
        var bytes = new byte[file.Length];
        file.Read(bytes, 0);
        Damage.Pages(bytes, kind, Encoding.UTF8.GetBytes(text), manner);
        file.Write(bytes, 0);

        // It would bring them back.
        using var log = _disk.Open(DataFiles.LogName);
        log.SetLength(0);
    }
}
