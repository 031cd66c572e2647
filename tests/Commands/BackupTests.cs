using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

/// <summary>Backup and restore as an operator runs them.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Restore_OfABackupFromARunningServer_ServesTheSame()
    {
        await using var server = await PostcardServer.StartAsync();
        var phone = await server.LogInAsync("oAlice");
        (await phone.UploadAsync("image", Samples.Picture())).Ok();
        (await phone.UploadAsync("audio", Samples.Wav())).Ok();
        var card = (await phone.PostAsync("/postcard/card", """{"title":"t","content":"c","img":true,"audio":true}""")).Ok();
        (await phone.UploadAsync("image", Samples.Picture(seed: 2))).Ok();

        var made = (await _shell.RunAsync("backup", "b.tar.gz", "--data", server.Settings.Data)).Done();
        Assert.Contains("1 users, 1 cards, 8 files", made.Out);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_shell.Folder["b.tar.gz"]));
        var restored = (await _shell.RunAsync("restore", "b.tar.gz", "--data", "new")).Done();
        Assert.Contains("1 users, 1 cards", restored.Out);

        var before = await phone.GetAsync(card.GetProperty("image").GetString()!);
        await server.RestartAsync(settings => settings with { Data = _shell.Folder["new"] });
        var after = await phone.GetAsync(card.GetProperty("image").GetString()!);
        Assert.Equal(HttpStatusCode.OK, after.Status);
        Assert.Equal(before.Body, after.Body);
        Assert.Equal(card.GetRawText(), (await phone.GetAsync($"/postcard/card/{card.GetProperty("id").GetString()}")).Ok().GetRawText());
    }
}
