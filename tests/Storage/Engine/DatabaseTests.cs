using LiteDB;
using Postcard.Storage;
using Postcard.Storage.Engine;

namespace Postcard.Tests.Storage.Engine;

public sealed class DatabaseTests
{
    private readonly SimulatedDisk _disk = new();

    [Fact]
    public async Task Ids_ThatDifferInCaseOnly_AreDifferent()
    {
        await using var database = Open();
        await Put(database, "AbC", "one");
        await Put(database, "aBc", "two");

        var (upper, lower, none) = await database.ReadAsync(tables => (tables.Find("cards", "AbC"), tables.FindBy("cards", "key", "two"), tables.Find("cards", "abc")));

        Assert.Equal("one", upper!["key"].AsString);
        Assert.Equal("aBc", lower!["_id"].AsString);
        Assert.Null(none);
    }

    [Fact]
    public async Task Change_ThatThrowsAfterWriting_TakesNothingElseOfItsGroupWithIt()
    {
        await using (var database = Open())
        {
            var outcomes = await Together(database, Ok("a"), Throws("b", afterWriting: true), Ok("c"), Throws("d", afterWriting: false), Ok("e"));
            Assert.Equal([true, false, true, false, true], outcomes);
        }

        await using var reopened = Open();
        Assert.Equal(["a", "c", "e"], await Ids(reopened));
    }

    [Fact]
    public async Task Changes_ThatWaitTogether_CostOneFsync()
    {
        await using var database = Open();
        await Put(database, "first", "");
        var before = _disk.Syncs(DataFiles.LogName);

        await Together(database, [.. Enumerable.Range(0, 20).Select(i => Ok(i.ToString())), Throws("x", afterWriting: false)]);

        Assert.Equal(before + 1, _disk.Syncs(DataFiles.LogName));
    }

    [Fact]
    public async Task Change_ThatWritesNothing_CostsNoFsync()
    {
        await using var database = Open();
        await Put(database, "first", "");
        var before = _disk.Steps;

        await database.WriteAsync(transaction => transaction.Find("cards", "first"));
        await database.WriteAsync(transaction => transaction.Delete("cards", "nobody"));

        Assert.Equal(before, _disk.Steps);
    }

    [Fact]
    public async Task Change_ThatSwallowsARefusedWrite_FailsAllTheSame()
    {
        await using var database = Open();
        await database.WriteAsync(transaction => Insert(transaction, "users", "one", "name"));

        await Assert.ThrowsAsync<LiteException>(() => database.WriteAsync(transaction =>
        {
            transaction.Put("cards", new() { ["_id"] = "lost" });
            Assert.Throws<LiteException>(() => Insert(transaction, "users", "two", "name"));
            Assert.Throws<InvalidOperationException>(() => Insert(transaction, "users", "three", "other"));
            return true;
        }));

        Assert.Empty(await Ids(database));
        Assert.Equal(DatabaseState.Ready, database.State);
        await Put(database, "works on", "");
    }

    [Fact]
    public async Task OnDurable_RunsOnceAndOnlyForWhatWasCommitted()
    {
        await using var database = Open();
        var durable = new List<string>();
        await Together(database, Noting("a"), Throws("b", afterWriting: true), Noting("c"));
        Assert.Equal(["a", "c"], durable);

        Func<Transaction, bool> Noting(string id) => transaction =>
        {
            transaction.OnDurable(() => durable.Add(id));
            return Insert(transaction, "cards", id, id);
        };
    }

    [Fact]
    public async Task Tables_OutsideOfTheirDelegate_AreRefused()
    {
        await using var database = Open();
        var kept = await database.ReadAsync(tables => tables);
        Assert.Throws<InvalidOperationException>(() => kept.Find("cards", "a"));
    }

    [Fact]
    public async Task Query_OfAFieldWithoutIndex_IsRefused()
    {
        await using var database = Open();
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.ReadAsync(tables => tables.FindBy("cards", "text", "a")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync(transaction => Insert(transaction, "strangers", "a", "a")));
    }

    [Fact]
    public async Task Change_OfThousandsOfDocuments_IsThereAfterARestart()
    {
        await using (var database = Open())
        {
            await database.WriteAsync(transaction =>
            {
                for (var i = 0; i < 5_000; i++)
                {
                    transaction.Insert("cards", new() { ["_id"] = i.ToString("D5"), ["key"] = $"u|{i:D5}", ["text"] = new string('x', 1_000) });
                }

                return true;
            });
        }

        await using var reopened = Open();
        var (all, page, back) = await reopened.ReadAsync(tables => (
            tables.All("cards", null, int.MaxValue).Count,
            tables.Range("cards", "key", "u|00100", "u|~", 3),
            tables.Range("cards", "key", "u|", "u|00099", 3, descending: true)));
        Assert.Equal(5_000, all);
        Assert.Equal(["00100", "00101", "00102"], page.Select(card => card["_id"].AsString));
        Assert.Equal(["00099", "00098", "00097"], back.Select(card => card["_id"].AsString));
        Assert.Equal(["00102", "00103"], (await reopened.ReadAsync(tables => tables.All("cards", "00101", 2))).Select(card => card["_id"].AsString));
    }

    [Fact]
    public async Task Queue_ThatIsFull_TakesNoMoreUntilThereIsRoom()
    {
        await using var database = Database.Open(_disk, PowerCutWorkload.Collections, new() { QueueLimit = 3 });
        using var open = new ManualResetEventSlim();
        var hold = await Hold(database, open);
        var waiting = Enumerable.Range(0, 3).Select(_ => database.ReadAsync(tables => true)).ToList();
        Assert.Throws<DatabaseBusyException>(() => { _ = Put(database, "a", ""); });
        open.Set();
        await hold;
        await Task.WhenAll(waiting);
        await Put(database, "a", "");
    }

    [Fact]
    public async Task Dispose_ServesWhatWaitsAndRefusesTheRest()
    {
        var database = Open();
        using var open = new ManualResetEventSlim();
        var hold = await Hold(database, open);
        var waiting = Put(database, "a", "");
        var closing = database.DisposeAsync();
        open.Set();
        await closing;
        Assert.True(await hold && await waiting);
        Assert.Throws<ObjectDisposedException>(() => { _ = Put(database, "b", ""); });
        await using var reopened = Open();
        Assert.Equal(["a"], await Ids(reopened));
    }

    private Database Open() => Database.Open(_disk, PowerCutWorkload.Collections);

    private static Task<bool> Put(Database database, string id, string key) => database.WriteAsync(transaction => Insert(transaction, "cards", id, key));

    private static Func<Transaction, bool> Ok(string id) => transaction => Insert(transaction, "cards", id, id);

    private static Func<Transaction, bool> Throws(string id, bool afterWriting) => transaction =>
    {
        if (afterWriting)
        {
            Insert(transaction, "cards", id, id);
        }

        throw new ArgumentException(id);
    };

    private static bool Insert(Transaction transaction, string collection, string id, string key)
    {
        transaction.Insert(collection, new BsonDocument { ["_id"] = id, ["key"] = key, ["name"] = key });
        return true;
    }

    private static Task<List<string>> Ids(Database database) =>
        database.ReadAsync(tables => tables.All("cards", null, 100).ConvertAll(card => card["_id"].AsString));

    /// <summary>Holds the database thread up, so that what is queued until then waits together.</summary>
    private static async Task<Task<bool>> Hold(Database database, ManualResetEventSlim open)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hold = database.ReadAsync(_ =>
        {
            held.SetResult();
            open.Wait();
            return true;
        });
        await held.Task;
        return hold;
    }

    private static async Task<bool[]> Together(Database database, params Func<Transaction, bool>[] changes)
    {
        using var open = new ManualResetEventSlim();
        var hold = await Hold(database, open);
        var waiting = changes.Select(async change =>
        {
            try
            {
                return await database.WriteAsync(change);
            }
            catch (ArgumentException)
            {
                return false;
            }
        }).ToList();
        open.Set();
        await hold;
        return await Task.WhenAll(waiting);
    }
}
