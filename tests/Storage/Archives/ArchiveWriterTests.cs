using Postcard.Storage;
using Postcard.Storage.Archives;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage.Archives;

/// <summary>Disks that do not give what they promised.</summary>
public sealed class ArchiveWriterTests : IDisposable
{
    /// <summary>The kernel gives less of it than its length says.</summary>
    private const string Short = "/sys/kernel/mm/transparent_hugepage/enabled";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task File_ThatEndsTooSoon_IsFilledUpAndCountsAsDamaged()
    {
        var file = new HashedFile(new MemoryStream([1, 2, 3]), 6);
        var read = new byte[9];
        Assert.Equal(6, await file.ReadAtLeastAsync(read, 9, throwOnEndOfStream: false, TestContext.Current.CancellationToken));
        Assert.Equal([1, 2, 3, 0, 0, 0], read[..6]);
        Assert.True(file.Failed);

        await using var writer = Writer();
        await writer.AddFileAsync("users/a", Short, new Blob("a", "", new FileInfo(Short).Length, 0, 0, 0, 0), TestContext.Current.CancellationToken);
        await writer.AddFileAsync("users/b", _folder["nowhere"], new Blob("b", "", 0, 0, 0, 0, 0), TestContext.Current.CancellationToken);
        Assert.Equal(2, writer.Problems);
    }

    [Fact]
    public async Task Database_ThatCannotBeRead_MakesNoBackup()
    {
        await using var writer = Writer();
        await Assert.ThrowsAsync<IOException>(() => writer.AddFileAsync(ArchiveFormat.Database, Short, expected: null, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<IOException>(() => writer.AddFileAsync(ArchiveFormat.Database, _folder["nowhere"], expected: null, TestContext.Current.CancellationToken));
    }

    private ArchiveWriter Writer() => new(new MemoryStream(), new(ArchiveFormat.Version, 1, "0", DateTimeOffset.UnixEpoch, 0), _folder["list"]);
}
