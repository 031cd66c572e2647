using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage;

/// <summary>What is on disk before a record names it: a power cut would tell, and no other test would.</summary>
public sealed class MediaFilesTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly MediaFiles _files;

    public MediaFilesTests()
    {
        _files = new(_folder.Path);
        _files.MakeUser("uid");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Adopt_OfAnUpload_SyncsTheFile()
    {
        var incoming = Incoming();
        using var syncs = new Syncs();
        Adopt(incoming);
        Assert.Equal((1, 0), (syncs.Files, syncs.Directories));
    }

    [Fact]
    public void LinkIntoCard_SyncsTheCardsDirectoryAndTheOneThatHoldsIt()
    {
        var uploads = new BlobSet(Adopt(Incoming()), null, null);
        using var syncs = new Syncs();
        _files.LinkIntoCard("uid", "card", uploads);
        Assert.Equal(2, syncs.Directories);
        _files.LinkIntoCard("uid", "card", uploads);
        Assert.Equal(3, syncs.Directories);
    }

    [Fact]
    public void Write_SyncsTheFileAndItsDirectory()
    {
        using var syncs = new Syncs();
        MediaFiles.Write([1], _folder["code"]);
        Assert.Equal((1, 1), (syncs.Files, syncs.Directories));
    }

    [Fact]
    public void MakeUser_SyncsTheDirectoryOfEachNewOne()
    {
        using var syncs = new Syncs();
        _files.MakeUser("other");
        Assert.Equal(3, syncs.Directories);
    }

    private string Incoming()
    {
        var path = MediaFiles.NewIncoming(_files.TempDirectory("uid"));
        File.WriteAllBytes(path, [1]);
        return path;
    }

    private Blob Adopt(string incoming) => MediaFiles.Adopt(incoming, _files.TempDirectory("uid"), "image", "jpg", unique: true, DateTimeOffset.UnixEpoch);
}
