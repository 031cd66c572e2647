using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage;

/// <summary>Media whose records are not there: a copy that was broken off, another disk in its place.</summary>
public sealed class LostDatabaseTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_WithMediaAndWithoutADatabase_IsRefused(bool empty)
    {
        await using var server = await PostcardServer.StartAsync();
        var phone = await server.LogInAsync("oAlice");
        (await phone.UploadAsync("image", Samples.Picture())).Ok();
        (await _shell.RunAsync("backup", "b.tar.gz", "--data", server.Settings.Data)).Done();
        await server.StopAsync();
        var database = Path.Combine(server.Settings.Data, "postcard.db");
        File.Delete(database);
        File.Delete(Path.Combine(server.Settings.Data, "postcard.wal"));
        if (empty)
        {
            File.WriteAllBytes(database, []);
        }

        var refusal = await Assert.ThrowsAsync<StorageMismatchException>(() => server.RestartAsync());
        Assert.Contains("there are media in", refusal.Message);
        Assert.Contains("no postcard.db", (await _shell.RunAsync("gc", "--data", server.Settings.Data)).Failed());
        Assert.Equal(empty, File.Exists(database));
        Assert.NotEmpty(Directory.GetFiles(server.Settings.Data, "image-*", SearchOption.AllDirectories));

        (await _shell.RunAsync("restore", "b.tar.gz", "--replace", "--data", server.Settings.Data)).Done();
        await server.RestartAsync();
        await server.AgreesAsync();
    }

    [Fact]
    public async Task Start_OverTheDirectoriesOfAnEmptyStore_MakesADatabase()
    {
        Directory.CreateDirectory(_shell.Folder["data/users/lost+found"]);
        Directory.CreateDirectory(_shell.Folder["data/templates"]);
        await using var served = await _shell.ServeAsync(["--data", "data", .. Shell.OnLoopback]);
        Assert.True(File.Exists(_shell.Folder["data/postcard.db"]));
    }
}
