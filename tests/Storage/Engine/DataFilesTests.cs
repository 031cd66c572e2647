using System.Diagnostics;
using System.Globalization;
using LiteDB;
using Postcard.Storage;
using Postcard.Storage.Engine;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage.Engine;

public sealed class DataFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Open_WithTheLogOfAnotherDatabase_RefusesAndTouchesNothing()
    {
        await Crashed("one", "a");
        await Crashed("two", "b");
        File.Copy(Wal("one"), Wal("two"), overwrite: true);
        var (data, log) = (await File.ReadAllBytesAsync(Db("two"), Stop), await File.ReadAllBytesAsync(Wal("two"), Stop));

        var failure = Assert.Throws<StorageMismatchException>(() => Open("two"));

        Assert.Contains("postcard.wal", failure.Message);
        Assert.Equal(data, await File.ReadAllBytesAsync(Db("two"), Stop));
        Assert.Equal(log, await File.ReadAllBytesAsync(Wal("two"), Stop));
        File.Delete(Wal("two"));
        await AssertOpens("two");
    }

    [Fact]
    public async Task Open_OfAnOlderCopyBesideANewerLog_RefusesUntilTheLogIsGone()
    {
        await using (var database = Open("live"))
        {
            await Put(database, "early");
            await database.CopyAsync(_folder["copy.db"]);
            await Put(database, "middle");
            await database.CheckpointAsync();
            await Put(database, "late");
            Snapshot("live", "restored");
        }

        File.Copy(_folder["copy.db"], Db("restored"), overwrite: true);
        Assert.Throws<StorageMismatchException>(() => Open("restored"));
        File.Delete(Wal("restored"));
        await AssertOpens("restored", "early");
    }

    [Fact]
    public async Task Open_OfACopyBesideTheLogThatFollowsIt_HasEverything()
    {
        await using (var database = Open("live"))
        {
            await Put(database, "early");
            await database.CopyAsync(_folder["copy.db"]);
            await Put(database, "late");
            Snapshot("live", "restored");
        }

        File.Copy(_folder["copy.db"], Db("restored"), overwrite: true);
        await AssertOpens("restored", "early", "late");
    }

    [Fact]
    public async Task Open_OfALogWithoutItsDataFile_Refuses()
    {
        await Crashed("one", "a");
        File.Delete(Db("one"));
        Assert.Throws<StorageMismatchException>(() => Open("one"));
    }

    [Fact]
    public async Task Open_OfSomeOtherFile_RefusesAndLeavesIt()
    {
        Directory.CreateDirectory(_folder["other"]);
        await File.WriteAllTextAsync(Db("other"), "a shopping list", Stop);
        Assert.Throws<StorageMismatchException>(() => Open("other"));
        Assert.Equal("a shopping list", await File.ReadAllTextAsync(Db("other"), Stop));
    }

    [Fact]
    public void Open_OfALiteDbFileThatIgnoresCase_Refuses()
    {
        Directory.CreateDirectory(_folder["other"]);
        using (var other = new LiteDatabase(new ConnectionString(Db("other")) { Collation = new Collation(127, CompareOptions.IgnoreCase) }))
        {
            other.GetCollection("cards").Insert(new BsonDocument { ["_id"] = "a" });
        }

        Assert.Throws<StorageMismatchException>(() => Open("other"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData(8192)]
    public async Task Open_AfterAnInterruptedCreation_CreatesAnew(int zeros)
    {
        Directory.CreateDirectory(_folder["new"]);
        await File.WriteAllBytesAsync(Db("new"), new byte[zeros], Stop);
        await AssertOpens("new");
    }

    [Fact]
    public async Task Files_AreForTheirOwnerOnly()
    {
        await using (var database = Open("mine"))
        {
            await Put(database, "a");
            await database.CopyAsync(_folder["mine/copy.db"]);
        }

        const UnixFileMode readWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(readWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["mine"]));
        Assert.All(Directory.GetFiles(_folder["mine"]), file => Assert.Equal(readWrite, File.GetUnixFileMode(file)));
        Assert.Equal(4, Directory.GetFiles(_folder["mine"]).Length);
    }

    [Fact]
    public async Task Open_OfADirectoryThatIsOpen_IsRefusedUntilItIsClosed()
    {
        await using (Open("one"))
        {
            Assert.Throws<DataDirectoryInUseException>(() => Open("one"));
        }

        await AssertOpens("one");
    }

    [Fact]
    public async Task Lock_OfAnotherProcess_IsSeenAndOursIsSeenThere()
    {
        await using (Open("one"))
        {
            using var denied = Flock("--nonblock", "true");
            await denied.WaitForExitAsync(Stop);
            Assert.Equal(1, denied.ExitCode);
        }

        using var holder = Flock("--exclusive", "echo held; read line");
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(Stop));
        Assert.Throws<DataDirectoryInUseException>(() => Open("one"));
        await holder.StandardInput.WriteLineAsync("go");
        await holder.WaitForExitAsync(Stop);
        await AssertOpens("one");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Db(string directory) => _folder[directory + "/postcard.db"];

    private string Wal(string directory) => _folder[directory + "/postcard.wal"];

    private Database Open(string directory) => Database.Open(_folder[directory], PowerCutWorkload.Collections);

    /// <summary>A process of util-linux, which every Debian has.</summary>
    private Process Flock(string option, string command) => Process.Start(new ProcessStartInfo("flock", [option, _folder["one/postcard.lock"], "-c", command])
    {
        RedirectStandardInput = true, RedirectStandardOutput = true,
    })!;

    /// <summary>A directory as a server leaves it that was killed: changes are in the log only.</summary>
    private async Task Crashed(string directory, string id)
    {
        await using var database = Open(directory + "-live");
        await Put(database, id);
        Snapshot(directory + "-live", directory);
    }

    private void Snapshot(string from, string to)
    {
        Directory.CreateDirectory(_folder[to]);
        File.Copy(Db(from), Db(to));
        File.Copy(Wal(from), Wal(to));
    }

    private static Task<bool> Put(Database database, string id) => database.WriteAsync(transaction =>
    {
        transaction.Put("cards", new BsonDocument { ["_id"] = id, ["key"] = id });
        return true;
    });

    private async Task AssertOpens(string directory, params string[] ids)
    {
        await using var database = Open(directory);
        Assert.Equal(ids, await database.ReadAsync(tables => tables.All("cards", null, 10).ConvertAll(card => card["_id"].AsString)));
        await Put(database, "writable");
    }
}
