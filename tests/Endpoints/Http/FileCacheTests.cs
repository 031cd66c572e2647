using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class FileCacheTests : IDisposable
{
    private const int FileBytes = 1000;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Find_AfterARead_AnswersWithoutTheDisk()
    {
        var cache = new FileCache(10 * FileBytes);
        var path = Make("a", 1);
        Assert.Null(cache.Find(path));

        var content = await cache.ReadAsync(path, FileBytes);
        File.Delete(path);

        Assert.Same(content, cache.Find(path));
        Assert.Equal(FileBytes, cache.Bytes);
    }

    [Fact]
    public async Task ReadAsync_BySeveralAtOnce_ReadsOnce()
    {
        var cache = new FileCache(10 * FileBytes);
        var path = Make("a", 1);

        var contents = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => cache.ReadAsync(path, FileBytes))));

        Assert.All(contents, content => Assert.Same(contents[0], content));
    }

    [Fact]
    public async Task ReadAsync_PastTheBound_EvictsWhatNobodyAskedForAgain()
    {
        var cache = new FileCache(3 * FileBytes);
        var paths = Enumerable.Range(0, 5).Select(i => Make($"f{i}", (byte)i)).ToArray();
        await cache.ReadAsync(paths[0], FileBytes);
        await cache.ReadAsync(paths[1], FileBytes);
        cache.Find(paths[0]);
        await cache.ReadAsync(paths[2], FileBytes);
        await cache.ReadAsync(paths[3], FileBytes);

        Assert.NotNull(cache.Find(paths[0]));
        Assert.Null(cache.Find(paths[1]));
        Assert.NotNull(cache.Find(paths[3]));
        Assert.True(cache.Bytes <= 3 * FileBytes);
    }

    [Fact]
    public async Task Bytes_UnderManyReadersAndDrops_StaysWithinTheBoundAndComesToZero()
    {
        var cache = new FileCache(5 * FileBytes);
        var paths = Enumerable.Range(0, 20).Select(i => Make($"f{i}", (byte)i)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 2000; i++)
            {
                var file = random.Next(20);
                var content = cache.Find(paths[file]) ?? await cache.ReadAsync(paths[file], FileBytes);
                Assert.Equal((byte)file, content[^1]);
                Assert.InRange(cache.Bytes, 0, 5 * FileBytes);
                if (random.Next(10) == 0)
                {
                    cache.Drop(paths[random.Next(20)]);
                }
            }
        })));

        cache.Drop(_folder.Path);
        Assert.Equal(0, cache.Bytes);
    }

    [Fact]
    public async Task Drop_OfAFolder_ForgetsItsFilesOnly()
    {
        var cache = new FileCache(10 * FileBytes);
        Directory.CreateDirectory(_folder["u1"]);
        var (gone, kept) = (Make("u1/a", 1), Make("u2a", 2));
        await cache.ReadAsync(gone, FileBytes);
        await cache.ReadAsync(kept, FileBytes);

        cache.Drop(_folder["u1"] + "/");

        Assert.Null(cache.Find(gone));
        Assert.NotNull(cache.Find(kept));
        Assert.Equal(FileBytes, cache.Bytes);
    }

    [Fact]
    public async Task ReadAsync_OfAFileThatIsGoneOrOtherwiseLong_KeepsNothing()
    {
        var cache = new FileCache(10 * FileBytes);
        await Assert.ThrowsAsync<FileNotFoundException>(() => cache.ReadAsync(_folder["none"], FileBytes));
        await Assert.ThrowsAsync<IOException>(() => cache.ReadAsync(Make("a", 1), FileBytes + 1));

        Assert.Equal(0, cache.Bytes);
        Assert.Equal(FileBytes, (await cache.ReadAsync(Make("a", 1), FileBytes)).Length);
    }

    [Fact]
    public void Takes_LargeFilesOrWithoutRoom_IsFalse()
    {
        Assert.True(new FileCache(1 << 20).Takes(FileCache.MaxFileBytes));
        Assert.False(new FileCache(1 << 20).Takes(FileCache.MaxFileBytes + 1));
        Assert.False(new FileCache(0).Takes(1));
    }

    private string Make(string name, byte fill)
    {
        var content = new byte[FileBytes];
        Array.Fill(content, fill);
        File.WriteAllBytes(_folder[name], content);
        return _folder[name];
    }
}
