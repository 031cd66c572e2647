using LiteDB;
using Postcard.Storage;
using Postcard.Storage.Engine;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage.Engine;

public sealed class DiskFaultTests
{
    private readonly ManualTime _time = new();
    private readonly SimulatedDisk _disk = new();

    [Fact]
    public async Task LogWrite_OnFullDisk_IsRefusedWhileReadsGoOnAndResumesWithSpace()
    {
        await using (var database = Open())
        {
            await Put(database, "before");
            _disk.Capacity = 0;

            await Assert.ThrowsAsync<StorageFullException>(() => Put(database, "refused"));
            await Assert.ThrowsAsync<StorageFullException>(() => Put(database, "refused at once"));
            Assert.Equal(DatabaseState.ReadOnly, database.State);
            Assert.Equal(["before"], await Ids(database));

            _disk.Capacity = long.MaxValue;
            _time.Advance(TimeSpan.FromSeconds(1));
            await Put(database, "later");
            Assert.Equal(DatabaseState.Ready, database.State);
            Assert.Equal(["before", "later"], await Ids(database));
        }

        await AssertAfterRestart("before", "later");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(28)]
    public async Task LogSync_ThatFails_AcknowledgesNothingOfItsGroup(int errno)
    {
        await using (var database = Open())
        {
            await Put(database, "before");
            FailOnce(DataFiles.LogName, DiskStepKind.Sync, errno);

            var failure = await Assert.ThrowsAnyAsync<Exception>(() => Put(database, "unsynced"));
            Assert.IsType(errno == 28 ? typeof(StorageFullException) : typeof(StorageUnavailableException), failure);
            Assert.Equal(["before"], await Ids(database));

            _time.Advance(TimeSpan.FromSeconds(1));
            await Put(database, "later");
            Assert.Equal(["before", "later"], await Ids(database));
        }

        await AssertAfterRestart("before", "later");
    }

    /// <summary>What was refused must not come back: its caller has taken back the files that belong to it.</summary>
    [Theory]
    [InlineData("kill")]
    [InlineData("stop")]
    [InlineData("power cut")]
    public async Task LogSync_ThatFails_StaysRefusedAfterTheNextStart(string end)
    {
        var database = Open();
        await Put(database, "before");
        FailOnce(DataFiles.LogName, DiskStepKind.Sync, 28);
        await Assert.ThrowsAsync<StorageFullException>(() => Put(database, "refused"));
        foreach (var seed in Enumerable.Range(0, end == "power cut" ? 20 : 1))
        {
            var disk = end switch
            {
                "kill" => _disk.Copy(),
                "power cut" => _disk.CutPower(_disk.Steps, new Random(seed)),
                _ => _disk,
            };
            if (end == "stop")
            {
                await database.DisposeAsync();
            }

            await using var next = Open(disk);
            Assert.Equal(["before"], await Ids(next));
        }

        await database.DisposeAsync();
    }

    [Fact]
    public async Task LogSync_ThatFailsWhereTheLogCannotBeCut_IsNotCalledUnchanged()
    {
        await using var database = Open();
        await Put(database, "before");
        _disk.Before = (file, step) =>
        {
            if (file == DataFiles.LogName && step is DiskStepKind.Sync or DiskStepKind.SetLength)
            {
                throw SimulatedDisk.Full();
            }
        };

        await Assert.ThrowsAsync<StorageUnavailableException>(() => Put(database, "in doubt"));
        Assert.Equal(["before"], await Ids(database));

        _disk.Before = (_, _) => { };
        _time.Advance(TimeSpan.FromSeconds(1));
        await Put(database, "later");
        Assert.Equal(["before", "later"], await Ids(database));
    }

    [Theory]
    [InlineData(DiskStepKind.Write)]
    [InlineData(DiskStepKind.Sync)]
    public async Task Checkpoint_ThatFails_LosesNothing(DiskStepKind kind)
    {
        await using (var database = Open())
        {
            for (var i = 10; i < 40; i++)
            {
                await Put(database, i.ToString(), new string('x', 5_000));
            }

            var steps = 0;
            _disk.Before = (file, step) =>
            {
                if (file == DataFiles.DataName && step == kind && (kind == DiskStepKind.Sync || ++steps > 5))
                {
                    throw SimulatedDisk.Full();
                }
            };
            await Assert.ThrowsAsync<StorageFullException>(database.CheckpointAsync);
            await Assert.ThrowsAsync<StorageFullException>(() => Put(database, "refused"));
            Assert.Equal(30, (await Ids(database)).Count);

            _disk.Before = (_, _) => { };
            _time.Advance(TimeSpan.FromSeconds(1));
            await Put(database, "later");
            Assert.Equal(31, (await Ids(database)).Count);
        }

        await AssertAfterRestart([.. Enumerable.Range(10, 30).Select(i => i.ToString()), "later"]);
    }

    [Fact]
    public async Task Retry_WhileDiskIsFull_WaitsTwiceAsLongEachTime()
    {
        await using var database = Open();
        await Put(database, "before");
        _disk.Capacity = 0;
        var tries = 0;
        _disk.Before = (file, step) => tries += file == DataFiles.DataName && step == DiskStepKind.Write ? 1 : 0;
        await Assert.ThrowsAsync<StorageFullException>(() => Put(database, "refused"));

        var seen = new List<int>();
        for (var i = 0; i < 8; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Ids(database);
            seen.Add(tries);
        }

        // After 100 ms, 200 ms more and 400 ms more; what is in the log does not fit into the data file.
        Assert.Equal([1, 1, 2, 2, 2, 2, 3, 3], seen.Select(count => count / seen[0]));
    }

    [Fact]
    public async Task Open_OnFullDisk_ServesReadsAndWritesOnceThereIsSpace()
    {
        var running = Open();
        await Put(running, "before");
        var after = _disk.CutPower(_disk.Steps, new Random(1));
        await running.DisposeAsync();
        after.Capacity = 0;

        await using var database = Database.Open(after, PowerCutWorkload.Collections, new() { Time = _time });
        Assert.Equal(DatabaseState.ReadOnly, database.State);
        Assert.Equal(["before"], await Ids(database));
        await Assert.ThrowsAsync<StorageFullException>(() => Put(database, "refused"));

        after.Capacity = long.MaxValue;
        _time.Advance(TimeSpan.FromSeconds(1));
        await Put(database, "later");
        Assert.Equal(["before", "later"], await Ids(database));
    }

    [Fact]
    public async Task Create_OnFullDisk_IsAClearErrorAndWorksWithSpace()
    {
        foreach (var bytes in (int[])[100, 8192 + 100, 30_000])
        {
            _disk.Capacity = bytes;
            Assert.Throws<StorageFullException>(Open);
        }

        _disk.Capacity = long.MaxValue;
        await AssertAfterRestart();
    }

    /// <summary>What the first start wrote of the data file may be in the kernel's memory only, and then the log has nothing to belong to.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_CutBeforeItsSync_IsMadeGoodByTheNextStart(bool killed)
    {
        FailOnce(DataFiles.DataName, DiskStepKind.Sync, 5);
        Assert.ThrowsAny<Exception>(Open);
        if (killed)
        {
            // As after a kill between the two: what was written is there, and nobody has failed.
            _disk.Open(DataFiles.DataName).Write(DataHeader.NewFile(LogEpoch.NewStamp()), 0);
        }

        var database = Open();
        await Put(database, "before");
        foreach (var seed in Enumerable.Range(0, 20))
        {
            await using var next = Open(_disk.CutPower(_disk.Steps, new Random(seed)));
            Assert.Equal(["before"], await Ids(next));
        }

        await database.DisposeAsync();
    }

    [Fact]
    public async Task DataRead_ThatFailsOnce_IsTriedAgain()
    {
        await using (var database = Open())
        {
            await Put(database, "before");
        }

        await using (var database = Open())
        {
            FailOnce(DataFiles.DataName, DiskStepKind.Read, 5);
            Assert.Equal(["before"], await Ids(database));
            await Put(database, "later");
        }

        await AssertAfterRestart("before", "later");
    }

    [Fact]
    public async Task DataRead_ThatFailsForAWhile_IsRefusedAndComesBack()
    {
        await using (var database = Open())
        {
            await Put(database, "before");
        }

        await using (var database = Open())
        {
            _disk.Before = (file, step) =>
            {
                if (file == DataFiles.DataName && step == DiskStepKind.Read)
                {
                    throw new IOException("Made up by a test", 5);
                }
            };
            await Assert.ThrowsAsync<StorageUnavailableException>(() => Ids(database));
            await Assert.ThrowsAsync<StorageUnavailableException>(() => Put(database, "refused"));

            _disk.Before = (_, _) => { };
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(["before"], await Ids(database));
            await Put(database, "later");
        }

        await AssertAfterRestart("before", "later");
    }

    private Database Open() => Open(_disk);

    private Database Open(SimulatedDisk disk) => Database.Open(disk, PowerCutWorkload.Collections, new() { Time = _time });

    private void FailOnce(string name, DiskStepKind kind, int errno) => _disk.Before = (file, step) =>
    {
        if (file == name && step == kind)
        {
            _disk.Before = (_, _) => { };
            throw new IOException("Made up by a test", errno);
        }
    };

    private static Task<bool> Put(Database database, string id, string text = "") => database.WriteAsync(transaction =>
    {
        transaction.Put("cards", new BsonDocument { ["_id"] = id, ["key"] = id, ["text"] = text });
        return true;
    });

    private static Task<List<string>> Ids(Database database) =>
        database.ReadAsync(tables => tables.All("cards", null, 100).ConvertAll(card => card["_id"].AsString));

    private async Task AssertAfterRestart(params string[] ids)
    {
        await using var database = Open();
        Assert.Equal(ids, await Ids(database));
    }
}
