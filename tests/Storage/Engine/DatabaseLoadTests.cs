using LiteDB;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage.Engine;

/// <summary>Readers, writers, checkpoints and copies at once: each sees every change whole.</summary>
public sealed class DatabaseLoadTests
{
    private readonly SimulatedDisk _disk = new();

    [Fact]
    public async Task ReadersAndWriters_AtOnce_SeeEachChangeWhole()
    {
        await using var database = Database.Open(_disk, PowerCutWorkload.Collections, new() { CheckpointBytes = 1 << 20 });
        await Transfer(database, 0);
        var writers = Enumerable.Range(1, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 1; i <= 40; i++)
            {
                await Transfer(database, (writer * 1000) + i);
            }
        })).ToList();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 150; i++)
            {
                var (left, right) = await database.ReadAsync(tables => (tables.Find("cards", "left"), tables.Find("users", "right")));
                Assert.Equal(left!["n"], right!["n"]);
                Assert.Equal(20_000, left["text"].AsString.Length);
            }
        })).ToList();
        await Task.WhenAll([.. writers, .. readers]);
        Assert.Equal(8 * 40, (await database.ReadAsync(tables => tables.Find("marks", "count")))!["n"].AsInt32);
    }

    [Fact]
    public async Task Copy_WhileWritersGoOn_IsOfOneMoment()
    {
        using var folder = new TempFolder();
        await using var database = Database.Open(_disk, PowerCutWorkload.Collections);
        await Transfer(database, 1);
        var copying = database.CopyAsync(folder["postcard.db"]);
        for (var i = 2; i < 20; i++)
        {
            await Transfer(database, i);
        }

        await copying;
        await Assert.ThrowsAsync<IOException>(() => database.CopyAsync(folder["postcard.db"]));
        await using var copy = Database.Open(folder.Path, PowerCutWorkload.Collections);
        var (left, right) = await copy.ReadAsync(tables => (tables.Find("cards", "left"), tables.Find("users", "right")));
        Assert.Equal(left!["n"], right!["n"]);
    }

    /// <summary>Two documents in two collections that always hold the same number, and a count of the changes since the first.</summary>
    private static Task<bool> Transfer(Database database, int number) => database.WriteAsync(transaction =>
    {
        transaction.Put("cards", new BsonDocument { ["_id"] = "left", ["key"] = "", ["n"] = number, ["text"] = new string('x', 20_000) });
        transaction.Put("users", new BsonDocument { ["_id"] = "right", ["name"] = "", ["n"] = number, ["text"] = new string('y', 20_000) });
        var count = transaction.Find("marks", "count") is { } mark ? mark["n"].AsInt32 + 1 : 0;
        transaction.Put("marks", new BsonDocument { ["_id"] = "count", ["n"] = count });
        return true;
    });
}
