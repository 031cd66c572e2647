using System.Security.Cryptography;
using System.Text;
using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Storage.Archives;

public sealed class StalledBackupTests
{
    [Fact]
    public async Task Backup_ThatNobodyReads_IsBrokenOffAndFreesTheNext()
    {
        var time = new ManualTime();
        await using var server = await PostcardServer.StartAsync(time: time);
        var phone = await server.LogInAsync("oAlice");
        (await phone.UploadAsync("image", Samples.Picture())).Ok();

        // More than all buffers on the way take.
        var image = Assert.Single(Directory.GetFiles(server.Settings.Data, "image-*", SearchOption.AllDirectories));
        await File.WriteAllBytesAsync(image, RandomNumberGenerator.GetBytes(8 << 20), TestContext.Current.CancellationToken);
        await using var client = await ControlSocket.ConnectAsync(server.Settings.Data, TestContext.Current.CancellationToken);
        await client.WriteAsync(Encoding.ASCII.GetBytes("POST /control/backup HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), TestContext.Current.CancellationToken);
        Assert.NotEqual(0, await client.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        Assert.Null(await server.Service.App.Store.Archiver.BeginAsync(TestContext.Current.CancellationToken));

        await Until.EqualAsync(true, async () =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await using var next = await server.Service.App.Store.Archiver.BeginAsync(TestContext.Current.CancellationToken);
            return next is not null;
        });
        Assert.Contains("Warning: A backup was broken off: nothing of it has been taken for 10 minutes", server.Log.Lines);
    }
}
