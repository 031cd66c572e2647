using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Postcard.Storage.Archives;
using Postcard.Storage.Engine;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

/// <summary>What <c>restore</c> refuses, and that it leaves nothing behind then.</summary>
public sealed class RestoreTests : IClassFixture<SmallArchive>, IDisposable
{
    private readonly Shell _shell = new();
    private readonly byte[] _archive;

    public RestoreTests(SmallArchive archive)
    {
        _archive = archive.Bytes;
        _shell.Folder.Write("good.tar.gz", _archive);
    }

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Restore_CutAnywhere_IsRefused()
    {
        int[] lengths = [0, 1, 9, 10, 100, .. Enumerable.Range(1, 30).Select(i => i * _archive.Length / 31), .. Enumerable.Range(1, 12).Select(i => _archive.Length - i)];
        foreach (var length in lengths)
        {
            await RefusedAsync(_archive[..length], "damaged|no backup", $"cut at {length}");
        }
    }

    [Fact]
    public async Task Restore_OneByteOtherwise_IsRefusedOrTheSame()
    {
        var random = new Random(7);
        var refused = 0;
        for (var round = 0; round < 60; round++)
        {
            var flipped = _archive.ToArray();
            flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
            _shell.Folder.Write("bad.tar.gz", flipped);
            var outcome = await _shell.RunAsync("restore", "bad.tar.gz", "--data", "new");
            if (outcome.Code == 0)
            {
                // Such as the time in the compressor's header, or bits that mean nothing: a small archive has many of them.
                Assert.Equal(Unpacked(_archive).Select(entry => Convert.ToHexString(entry.Content)), Unpacked(flipped).Select(entry => Convert.ToHexString(entry.Content)));
                Directory.Delete(_shell.Folder["new"], recursive: true);
                continue;
            }

            outcome.Failed();
            refused++;
            AssertNothingLeft("flipped");
        }

        Assert.InRange(refused, 30, 60);
    }

    [Theory]
    [InlineData("about.json", "\"format\": 1", "\"format\": 2", "made by a newer release")]
    [InlineData("about.json", "\"schema\": 2", "\"schema\": 3", "made by a newer release")]
    [InlineData("about.json", "\"bytes\": ", "\"bytes\": 99999999999", "MB are free")]
    [InlineData("about.json", "{", "[", "no backup of Postcard")]
    [InlineData("postcard.json", "\"port\"", "\"pork\"", "postcard.json is not what its list says")]
    [InlineData("manifest.json", "\"sha256\": \"", "\"sha256\": \"00", "not what its list says")]
    [InlineData("manifest.json", "\"sha256\": \"", "\"sha256\": null, \"x\": \"", "cannot be read")]
    [InlineData("manifest.json", "\"files\": [", "\"files\": [[", "cannot be read")]
    public async Task Restore_TextsThatSayOtherwise_IsRefused(string name, string what, string with, string line) => await RefusedAsync(
        Repack(entries => entries.ConvertAll(entry => entry.Name == name ? (name, Replaced(entry.Content, what, with), entry.Type) : entry)), line, name);

    [Theory]
    [InlineData("../escaped.jpg", "strange name")]
    [InlineData("/tmp/postcard-escaped.jpg", "strange name")]
    [InlineData("users/aaaa/cards/bbbb/../../../../../escaped.jpg", "strange name")]
    [InlineData("users/aaaa/temp/.incoming-abc", "strange name")]
    [InlineData("postcard.wal", "strange name")]
    [InlineData("postcard.lock", "strange name")]
    [InlineData("users/aaaabbbbccccdddd/temp/image-00.jpg", "holds other files than its list says")]
    [InlineData("postcard.db", "holds a file twice")]
    public async Task Restore_AFileTooMany_IsRefused(string name, string line)
    {
        await RefusedAsync(Repack(entries => [.. entries[..^1], (name, [1, 2, 3], TarEntryType.RegularFile), entries[^1]]), line, name);
        Assert.False(File.Exists(_shell.Folder["escaped.jpg"]) || File.Exists("/tmp/postcard-escaped.jpg"));
    }

    [Fact]
    public async Task Restore_LinksAndFilesThatLack_IsRefused()
    {
        await RefusedAsync(Repack(entries => [.. entries[..^1], ("users/aaaabbbbccccdddd/temp/image-00.jpg", [], TarEntryType.SymbolicLink), entries[^1]]), "no file", "link");
        await RefusedAsync(Repack(entries => [.. entries[..^1], ("users/aaaabbbbccccdddd/temp/image-00.jpg", [], TarEntryType.HardLink), entries[^1]]), "no file", "hard link");
        await RefusedAsync(Repack(entries => entries.FindAll(entry => entry.Name != "postcard.db")), "holds other files", "no database");
        await RefusedAsync(Repack(entries => entries.FindAll(entry => !entry.Name.EndsWith(".jpg", StringComparison.Ordinal))), "holds other files", "no media");
        await RefusedAsync(Repack(entries => entries.FindAll(entry => entry.Name != "manifest.json")), "its end is missing", "no manifest");
        await RefusedAsync(Repack(entries => entries[1..]), "no backup", "no start");
        await RefusedAsync(Repack(entries => [.. entries, entries[2]]), "something follows", "more");
        await RefusedAsync(Repack(entries => Relist(entries, "postcard.db", new byte[8192])), "does not hold what its list says", "empty database");
        await RefusedAsync(Encoding.UTF8.GetBytes("no archive at all"), "damaged", "text");
    }

    [Fact]
    public async Task Restore_IntoSomething_IsRefusedOrMovesItAside()
    {
        await using var server = await PostcardServer.StartAsync();
        var living = (await _shell.RunAsync("restore", "good.tar.gz", "--replace", "--data", server.Settings.Data)).Failed();
        Assert.Contains("is in use; stop the server first", living);
        Assert.Contains("is in use", (await _shell.RunAsync("restore", "good.tar.gz", "--data", server.Settings.Data)).Failed());
        await server.StopAsync();
        Assert.Contains("is not empty", (await _shell.RunAsync("restore", "good.tar.gz", "--data", server.Settings.Data)).Failed());

        var replaced = (await _shell.RunAsync("restore", "good.tar.gz", "--replace", "--data", server.Settings.Data)).Done();
        var aside = Assert.Single(Directory.GetDirectories(Path.GetDirectoryName(server.Settings.Data)!, "data.replaced-*"));
        Assert.Contains($"the old directory is now {aside}", replaced.Out);
        Assert.True(File.Exists(Path.Combine(aside, "postcard.db")));
        await server.RestartAsync();
        Assert.Equal(1, (await new Phone(server, "oAlice").GetAsync("/postcard/home")).Ok().GetArrayLength());
    }

    [Fact]
    public async Task Restore_IntoNewAndEmptyDirectoriesAndLinks_MakesPrivateFiles()
    {
        Directory.CreateDirectory(_shell.Folder["empty"]);
        Directory.CreateDirectory(_shell.Folder["real"]);
        Directory.CreateSymbolicLink(_shell.Folder["link"], "real");
        foreach (var name in new[] { "empty", "some/where/new", "link" })
        {
            (await _shell.RunAsync("restore", "good.tar.gz", "--data", name)).Done();
            var data = _shell.Folder[name];
            Assert.True(File.Exists(Path.Combine(data, "postcard.db")));
            Assert.All(Directory.GetFiles(data, "*", SearchOption.AllDirectories), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
            Assert.All(
                Directory.GetDirectories(data, "*", SearchOption.AllDirectories).Append(data),
                directory => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory)));
            Assert.Contains("all agree", (await _shell.RunAsync("verify", "--data", name)).Done().Out);
        }

        Assert.NotNull(new DirectoryInfo(_shell.Folder["link"]).LinkTarget);
        Assert.Empty(Directory.GetDirectories(_shell.Folder.Path, "*.restoring-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Restore_OverWhatIsNoStoreOrAMountPoint_IsRefused()
    {
        Directory.CreateDirectory(_shell.Folder["home"]);
        var notes = _shell.Folder.Write("home/notes.txt", "mine");
        Assert.Contains("holds something else than a store", (await _shell.RunAsync("restore", "good.tar.gz", "--replace", "--data", "home")).Failed());
        Assert.Equal("mine", File.ReadAllText(notes));
        Assert.Contains("/proc is a mount point, whose place no directory can take; give a directory below it", (await _shell.RunAsync("restore", "good.tar.gz", "--replace", "--data", "/proc")).Failed());
        Assert.Equal(["good.tar.gz", "home"], Directory.GetFileSystemEntries(_shell.Folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Restore_OfNamesThatTakeMoreThanMemoryShould_IsRefused()
    {
        var padded = Repack(entries => entries, new Dictionary<string, string> { ["comment"] = new string('x', 100_000) });
        await RefusedAsync(padded, "damaged", "a long header");
    }

    [Fact]
    public async Task Restore_Check_ProvesTheBackupAndLeavesNothing()
    {
        var before = Directory.GetDirectories(Path.GetTempPath(), "postcard-check-*");
        var outcome = (await _shell.RunAsync("restore", "--check", "good.tar.gz")).Done();
        Assert.Contains("good.tar.gz is whole: as of ", outcome.OutLines[0]);
        var json = JsonNode.Parse((await _shell.RunAsync("restore", "--check", "good.tar.gz", "--json")).Done().Out)!;
        Assert.Equal((1, 1, null), ((int)json["users"]!, (int)json["cards"]!, (string?)json["data"]));
        Assert.Equal(["good.tar.gz"], Directory.GetFileSystemEntries(_shell.Folder.Path).Select(Path.GetFileName));
        Assert.Equal(before, Directory.GetDirectories(Path.GetTempPath(), "postcard-check-*"));
        Assert.Contains("leave --replace out", (await _shell.RunAsync("restore", "--check", "--replace", "good.tar.gz")).Failed(code: 2));

        var restored = JsonNode.Parse((await _shell.RunAsync("restore", "good.tar.gz", "--data", "new", "--json")).Done().Out)!;
        Assert.Equal((_shell.Folder["new"], null, 0), ((string)restored["data"]!, (string?)restored["replaced"], (int)restored["damaged"]!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Restore_GivesTheNameToWhatIsOnDisk_AndSyncsTheName(bool replace)
    {
        if (replace)
        {
            DataLock.Take(_shell.Folder["data"]).Dispose();
        }

        using var target = RestoreTarget.Open(_shell.Folder["data"], replace);
        using var syncs = new Syncs();
        Assert.Equal(replace, target.Finish(DateTimeOffset.UnixEpoch) is not null);
        Assert.Equal((1, 1), (syncs.FileSystems, syncs.Directories));
    }

    private async Task RefusedAsync(byte[] archive, string lines, string about)
    {
        _shell.Folder.Write("bad.tar.gz", archive);
        var line = (await _shell.RunAsync("restore", "bad.tar.gz", "--data", "new")).Failed();
        Assert.True(lines.Split('|').Any(each => line.Contains(each, StringComparison.Ordinal)), $"{about}: {line}");
        AssertNothingLeft(about);
        var check = (await _shell.RunAsync("restore", "--check", "bad.tar.gz")).Failed();
        Assert.True(lines.Split('|').Append("is not what its list says").Any(each => check.Contains(each, StringComparison.Ordinal)), $"{about}: {check}");
    }

    private void AssertNothingLeft(string about) => Assert.True(
        Directory.GetFileSystemEntries(_shell.Folder.Path).Select(Path.GetFileName).Order().SequenceEqual(["bad.tar.gz", "good.tar.gz"]), about);

    private byte[] Repack(
        Func<List<(string Name, byte[] Content, TarEntryType Type)>, List<(string Name, byte[] Content, TarEntryType Type)>> change, Dictionary<string, string>? header = null)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            foreach (var (name, content, type) in change(Unpacked(_archive)))
            {
                tar.WriteEntry(type is TarEntryType.RegularFile
                    ? new PaxTarEntry(type, name, header ?? []) { DataStream = new MemoryStream(content) }
                    : new PaxTarEntry(type, name) { LinkName = "/etc/passwd" });
            }
        }

        return packed.ToArray();
    }

    private static List<(string Name, byte[] Content, TarEntryType Type)> Unpacked(byte[] archive)
    {
        var entries = new List<(string, byte[], TarEntryType)>();
        using var tar = new TarReader(new GZipStream(new MemoryStream(archive), CompressionMode.Decompress));
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            entries.Add((entry.Name, content.ToArray(), entry.EntryType));
        }

        return entries;
    }

    private static byte[] Replaced(byte[] text, string what, string with)
    {
        var before = Encoding.UTF8.GetString(text);
        Assert.Contains(what, before);
        return Encoding.UTF8.GetBytes(before.Replace(what, with, StringComparison.Ordinal));
    }

    /// <summary>Another content, of which the manifest knows.</summary>
    private static List<(string Name, byte[] Content, TarEntryType Type)> Relist(List<(string Name, byte[] Content, TarEntryType Type)> entries, string name, byte[] content)
    {
        var manifest = JsonNode.Parse(entries[^1].Content)!;
        var listed = manifest["files"]!.AsArray().Single(file => (string)file!["path"]! == name)!;
        listed["bytes"] = content.Length;
        listed["sha256"] = Convert.ToHexStringLower(SHA256.HashData(content));
        return entries.ConvertAll(entry => entry.Name == name ? (name, content, entry.Type)
            : entry.Name == "manifest.json" ? (entry.Name, Encoding.UTF8.GetBytes(manifest.ToJsonString()), entry.Type) : entry);
    }
}

/// <summary>A backup of a user and a card with a picture.</summary>
public sealed class SmallArchive : IAsyncLifetime
{
    public byte[] Bytes { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        using var shell = new Shell();
        await using var server = await PostcardServer.StartAsync();
        var phone = await server.LogInAsync("oAlice");
        (await phone.UploadAsync("image", Samples.Picture(200, 150))).Ok();
        (await phone.PostAsync("/postcard/card", """{"title":"t","content":"c","img":true,"audio":false}""")).Ok();
        (await shell.RunAsync("backup", "good.tar.gz", "--data", server.Settings.Data)).Done();
        Bytes = File.ReadAllBytes(shell.Folder["good.tar.gz"]);
    }

    public ValueTask DisposeAsync() => default;
}
