using LiteDB;
using Postcard.Storage;
using Postcard.Storage.Engine;
using Index = Postcard.Storage.Index;

namespace Postcard.Tests.Storage.Engine;

/// <summary>
/// Changes with numbers, of every kind, and what the tables hold after each: the state after n changes is known, whatever was
/// acknowledged.
/// </summary>
internal sealed class PowerCutWorkload(int seed)
{
    public static readonly Collection[] Collections =
        [new("cards", new Index("key")), new("users", new Index("name", Unique: true)), new("marks")];

    public static readonly DatabaseOptions Options = new() { CheckpointBytes = 300_000, CheckpointInterval = TimeSpan.FromDays(1), FirstRetry = TimeSpan.Zero };

    private readonly Random _random = new(seed);
    private readonly List<SortedDictionary<string, string>> _states = [[]];
    private readonly Dictionary<int, int> _refused = [];
    private SortedDictionary<string, string> _present = [];

    /// <summary>The number of the last change that is on disk, with the disk's step at which it was.</summary>
    public List<(int Step, int Change)> Acknowledged { get; } = [];

    /// <summary>Runs changes in groups; <paramref name="from"/> is the number of the last one that the database holds.</summary>
    public async Task RunAsync(Database database, SimulatedDisk disk, int from, int groups)
    {
        _states.RemoveRange(from + 1, _states.Count - from - 1);
        Acknowledged.Clear();
        _refused.Clear();
        _present = _states[from];
        for (var group = 0; group < groups; group++)
        {
            if (_random.Next(8) == 0)
            {
                FailNextSync(disk, _random.Next(3) == 0 ? DataFiles.DataName : DataFiles.LogName, _random.Next(2) == 0 ? 5 : 28);
            }

            await RunGroup(database, disk, _random.Next(4) switch { 0 => 1, 1 => 12, _ => _random.Next(1, 5) });
            if (_random.Next(5) == 0)
            {
                await Refusable(database.CheckpointAsync);
            }
        }

        disk.Before = (_, _) => { };
    }

    /// <summary>
    /// Checks that the tables are those after some change not before <paramref name="acknowledged"/>, and returns its number. Nor is it one
    /// that was refused, unless the power went at <paramref name="step"/> before its caller was told.
    /// </summary>
    public async Task<int> CheckAsync(Database database, int acknowledged, int step)
    {
        var (cards, byKey, users, mark) = await database.ReadAsync(tables => (
            tables.All("cards", null, int.MaxValue), tables.Range("cards", "key", "", "~", int.MaxValue, descending: true),
            tables.All("users", null, int.MaxValue), tables.Find("marks", "last")));
        var change = mark?["n"].AsInt32 ?? 0;
        Assert.InRange(change, acknowledged, _states.Count - 1);
        Assert.True(step < _refused.GetValueOrDefault(change, int.MaxValue), $"Change {change} was refused and is there.");
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        cards.ForEach(card => found["cards/" + card["_id"].AsString] = Digest(card["key"], card["text"]));
        users.ForEach(user => found["users/" + user["_id"].AsString] = Digest(user["name"], user["text"]));
        Assert.Equal(_states[change], found);
        Assert.Equal(cards.Select(card => card["key"].AsString).OrderDescending(StringComparer.Ordinal), byKey.Select(card => card["key"].AsString));
        foreach (var user in users)
        {
            Assert.Equal(user["_id"], (await database.ReadAsync(tables => tables.FindBy("users", "name", user["name"])))!["_id"]);
        }

        return change;
    }

    /// <summary>Queues changes while the database thread is held up, so that which of them commit together does not depend on timing.</summary>
    private async Task RunGroup(Database database, SimulatedDisk disk, int size)
    {
        using var open = new ManualResetEventSlim();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hold = database.ReadAsync(_ =>
        {
            held.SetResult();
            open.Wait();
            return true;
        });
        await held.Task;
        var (before, first) = (_present, _states.Count);
        var changes = Enumerable.Range(0, size).Select(_ => Start(database, disk)).ToList();
        open.Set();
        await hold;
        if ((await Task.WhenAll(changes)).Contains(false))
        {
            // All of them: they were one commit.
            _present = before;
            for (var number = first; number < _states.Count; number++)
            {
                _refused[number] = disk.Steps;
            }
        }
    }

    private static void FailNextSync(SimulatedDisk disk, string name, int errno) => disk.Before = (file, step) =>
    {
        if (file == name && step == DiskStepKind.Sync)
        {
            disk.Before = (_, _) => { };
            throw new IOException("Made up by a test", errno);
        }
    };

    /// <returns>False when the disk failed.</returns>
    private static async Task<bool> Refusable(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception e) when (e is StorageFullException or StorageUnavailableException)
        {
            return false;
        }
    }

    private async Task<bool> Start(Database database, SimulatedDisk disk)
    {
        var number = _states.Count;
        var fails = _random.Next(15) == 0;
        var state = new SortedDictionary<string, string>(_present, StringComparer.Ordinal);
        var steps = Enumerable.Range(0, _random.Next(1, 6)).Select(_ => Step(state)).ToList();
        if (seed % 10 == 0 && number == 7)
        {
            // Too much for one record of the log.
            steps.AddRange(Enumerable.Range(100, 300).Select(id => Put(state, "cards", "key", id.ToString(), new string('z', 16_000))));
        }

        if (fails)
        {
            // It writes and then throws: nothing of it may be seen, and its number is not used.
            var failure = await Assert.ThrowsAnyAsync<Exception>(() => database.WriteAsync<bool>(transaction =>
            {
                steps.ForEach(step => step(transaction));
                throw new InvalidOperationException();
            }));
            Assert.True(failure is InvalidOperationException or StorageFullException or StorageUnavailableException, failure.ToString());
            return failure is InvalidOperationException;
        }

        _states.Add(state);
        _present = state;
        return await Refusable(() => database.WriteAsync(transaction =>
        {
            steps.ForEach(step => step(transaction));
            transaction.Put("marks", new BsonDocument { ["_id"] = "last", ["n"] = number });
            transaction.OnDurable(() => Acknowledged.Add((disk.Steps, number)));
            return true;
        }));
    }

    private Action<Transaction> Step(SortedDictionary<string, string> state)
    {
        var (table, field) = _random.Next(4) == 0 ? ("users", "name") : ("cards", "key");
        var id = _random.Next(40).ToString();
        if (_random.Next(4) == 0)
        {
            state.Remove($"{table}/{id}");
            return transaction => transaction.Delete(table, id);
        }

        return Put(state, table, field, id, new((char)('a' + _random.Next(26)), _random.Next(10) switch { 0 => 20_000, 1 => 4_000, _ => _random.Next(300) }));
    }

    private Action<Transaction> Put(SortedDictionary<string, string> state, string table, string field, string id, string text)
    {
        var key = $"{_random.Next(3)}|{_random.Next(1000):D4}|{id}";
        state[$"{table}/{id}"] = Digest(key, text);
        return transaction => transaction.Put(table, new BsonDocument { ["_id"] = id, [field] = key, ["text"] = text });
    }

    private static string Digest(BsonValue key, BsonValue text) => $"{key.AsString} {text.AsString.FirstOrDefault()}×{text.AsString.Length} {text.AsString.LastOrDefault()}";
}
