using LiteDB;
using Postcard.Storage;
using Postcard.Storage.Engine;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage.Engine;

public sealed class CopyTests
{
    private readonly SimulatedDisk _disk = new();

    [Fact]
    public async Task Checkpoint_WhileTheFileIsCopied_Waits()
    {
        using var folder = new TempFolder();
        var held = new HeldDisk(_disk);
        await using var database = Database.Open(held, PowerCutWorkload.Collections, new() { CheckpointBytes = 1 });
        await PutAsync(database, "before");

        var reading = held.HoldAsync();
        var copying = database.CopyAsync(folder["copy"]);
        await reading;
        var checkpoints = _disk.Syncs(DataFiles.DataName);
        await PutAsync(database, "meanwhile");
        await database.ReadAsync(_ => true);
        Assert.Equal(checkpoints, _disk.Syncs(DataFiles.DataName));

        held.Release();
        await copying;
        await using (var copy = await database.OpenCopyAsync(folder["copy"]))
        {
            Assert.Equal(["before"], (await copy.ReadAsync(tables => tables.Ids("cards", null, 9))).ConvertAll(id => id.AsString));
        }

        await PutAsync(database, "after");
        await database.ReadAsync(_ => true);
        Assert.NotEqual(checkpoints, _disk.Syncs(DataFiles.DataName));
    }

    private static Task<bool> PutAsync(Database database, string id) => database.WriteAsync(transaction =>
    {
        transaction.Put("cards", new BsonDocument { ["_id"] = id, ["key"] = id });
        return true;
    });

    /// <summary>Holds up who reads the data file on another thread than the database's: who copies it.</summary>
    private sealed class HeldDisk(IDisk disk) : IDisk
    {
        private readonly ManualResetEventSlim _open = new(true);
        private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Ends when somebody is held up.</summary>
        public Task HoldAsync()
        {
            _open.Reset();
            return _reading.Task;
        }

        public void Release() => _open.Set();

        public IDiskFile Open(string name) => name == DataFiles.DataName ? new HeldFile(this, disk.Open(name)) : disk.Open(name);

        private sealed class HeldFile(HeldDisk held, IDiskFile file) : IDiskFile
        {
            public long Length => file.Length;

            public int Read(Span<byte> buffer, long offset)
            {
                if (!held._open.IsSet && Thread.CurrentThread.Name != "database")
                {
                    held._reading.TrySetResult();
                    held._open.Wait();
                }

                return file.Read(buffer, offset);
            }

            public void Write(ReadOnlySpan<byte> bytes, long offset) => file.Write(bytes, offset);

            public void SetLength(long length) => file.SetLength(length);

            public void Sync() => file.Sync();

            public void Dispose() => file.Dispose();
        }
    }
}
