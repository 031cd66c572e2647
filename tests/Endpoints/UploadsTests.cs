using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Postcard.Endpoints.Http;
using Postcard.Jobs;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed class UploadsTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private PostcardServer _server = null!;
    private Phone _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostcardServer.StartAsync(time: _time);
        _alice = await _server.LogInAsync("oAlice");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Picture_Uploaded_IsDescribedAsItWillBeServed()
    {
        var data = (await _alice.UploadAsync("image", Samples.Picture(2000, 1000))).Ok();
        Assert.Equal(
            ("image", "jpeg", 1600, 800),
            (data.GetProperty("type").GetString(), data.GetProperty("format").GetString(), data.GetProperty("width").GetInt32(), data.GetProperty("height").GetInt32()));
        var card = (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""")).Ok();
        Assert.Equal(data.GetProperty("bytes").GetInt64(), (await _alice.GetAsync(card.GetProperty("image").GetString()!)).Body.Length);
    }

    [Fact]
    public async Task Recording_Uploaded_IsDescribedAsItWillBeServed()
    {
        var data = (await _alice.UploadAsync("audio", Samples.Wav(3.2))).Ok();
        Assert.Equal(("audio", "mp3"), (data.GetProperty("type").GetString(), data.GetProperty("format").GetString()));
        Assert.Equal(3.2, data.GetProperty("duration").GetDouble(), 0.1);
    }

    [Fact]
    public async Task Upload_WhoseAccountIsErasedMeanwhile_NeedsALogin()
    {
        var picture = Samples.Picture(600, 600);
        var head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n";
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(
            $"POST /postcard/upload?type=image HTTP/1.1\r\nHost: x\r\ntoken: {_alice.Token}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            + $"Content-Length: {head.Length + picture.Length + 9}\r\n\r\n{head}");
        await connection.SendAsync(picture.AsMemory(0, picture.Length / 2));
        await Until.EqualAsync(true, () => Task.FromResult(Directory.EnumerateFiles(_server.Service.App.Store.Files.Users, "*", SearchOption.AllDirectories).Any()));
        (await _alice.DeleteAsync("/postcard/access")).Ok();
        await connection.SendAsync(picture.AsMemory(picture.Length / 2));
        await connection.SendAsync("\r\n--b--\r\n");

        var reply = await connection.ReadAsync();
        Assert.Equal((401, "unauthorized"), (reply.Status, reply.Json.GetProperty("data").GetProperty("reason").GetString()));
        Assert.Empty(Directory.EnumerateFiles(_server.Service.App.Store.Files.Users, "*", SearchOption.AllDirectories));
    }

    /// <summary>It would keep one of the places for ever.</summary>
    [Fact]
    public async Task Upload_ThatTakesTooLong_IsCut()
    {
        using var connection = await RawConnection.OpenAsync(_server.Address);
        await connection.SendAsync(
            $"POST /postcard/upload?type=image HTTP/1.1\r\nHost: x\r\ntoken: {_alice.Token}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b");
        await Until.EqualAsync(true, () => Task.FromResult(_time.Expects(_time.GetUtcNow() + HttpLimits.UploadTime)));
        _time.Advance(HttpLimits.UploadTime);

        Assert.Empty(await connection.ReadToEndAsync());
        await Until.EqualAsync(0, () => Task.FromResult(_server.Service.App.Uploading.Open));
    }

    [Theory]
    [InlineData("?type=image", null, null)]
    [InlineData("", "type", "image")]
    [InlineData("", "data", """{"type":"image"}""")]
    public async Task Type_InAnyOfItsPlaces_IsFound(string query, string? field, string? value)
    {
        foreach (var before in new[] { true, false })
        {
            var form = new MultipartFormDataContent();
            var picture = new ByteArrayContent(Samples.Picture());
            picture.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            if (field is not null && before)
            {
                form.Add(new StringContent(value!), field);
            }

            form.Add(picture, "whatever", "x.heic");
            if (field is not null && !before)
            {
                form.Add(new StringContent(value!), field);
            }

            (await _alice.SendAsync(HttpMethod.Post, "/postcard/upload" + query, form)).Ok();
        }
    }

    [Fact]
    public async Task Newest_Wins_AndTheOlderFilesGo()
    {
        (await _alice.UploadAsync("image", Samples.Picture(seed: 1))).Ok();
        (await _alice.UploadAsync("image", Samples.Picture(seed: 1))).Ok();
        var newest = (await _alice.UploadAsync("image", Samples.Picture(640, 480, seed: 2))).Ok();
        Assert.Equal(2, Waiting().Length);
        var card = (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""")).Ok();
        Assert.Equal(newest.GetProperty("bytes").GetInt64(), (await _alice.GetAsync(card.GetProperty("image").GetString()!)).Body.Length);
        Assert.Empty(Waiting());
    }

    [Fact]
    public async Task Slot_Emptied_HasNothingToTake()
    {
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        (await _alice.DeleteAsync("/postcard/upload/image")).Ok();
        (await _alice.DeleteAsync("/postcard/upload/image")).Ok();
        (await _alice.DeleteAsync("/postcard/upload/video")).Refused(404, "not_found");
        Assert.Empty(Waiting());
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""")).Refused(409, "no_upload");
    }

    [Fact]
    public async Task Slot_OutlivesARestartButNotADay()
    {
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        await _server.RestartAsync();
        Assert.Equal(2, Waiting().Length);
        _time.Advance(TimeSpan.FromHours(25));
        await using var sweeps = new Sweeps(_server.Service.App.Store, TimeSpan.FromHours(24), _time, NullLogger<Sweeps>.Instance);
        await sweeps.SweepAsync();
        Assert.Empty(Waiting());
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""")).Refused(409, "no_upload");
    }

    [Fact]
    public async Task RefusedFile_LeavesTheSlotAsItWas()
    {
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        (await _alice.UploadAsync("image", "no picture"u8.ToArray())).Refused(415, "unsupported_media");
        (await _alice.UploadAsync("image", Samples.Picture()[..3000])).Refused(422, "bad_media");
        (await _alice.UploadAsync("image", [])).Refused(415, "unsupported_media");
        (await _alice.UploadAsync("audio", Samples.Picture())).Refused(415, "unsupported_media");
        (await _alice.UploadAsync("video", Samples.Picture())).Refused(422, "invalid_field");
        Assert.Contains("MP3", (await _alice.UploadAsync("audio", [0x1A, 0x45, 0xDF, 0xA3, .. new byte[100]])).Refused(415, "unsupported_media").Msg, StringComparison.Ordinal);
        var heic = (await _alice.UploadAsync("image", [0, 0, 0, 24, .. Encoding.ASCII.GetBytes("ftypheic"), .. new byte[200]])).Refused(415, "unsupported_media");
        Assert.Contains("压缩", heic.Msg, StringComparison.Ordinal);
        Assert.Equal(2, Waiting().Length);
        (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""")).Ok();
    }

    [Fact]
    public async Task Orphans_OfAnInterruptedCreate_AreSweptAfterTheGrace()
    {
        (await _alice.UploadAsync("image", Samples.Picture())).Ok();
        var card = (await _alice.PostAsync("/postcard/card", """{"title":"t","content":"x","img":true}""")).Ok();
        var user = Directory.GetDirectories(Path.Combine(_server.Settings.Data, "users")).Single();
        var orphan = Directory.CreateDirectory(Path.Combine(user, "cards", "aaaaaaaaaaaaaaaaaaaa")).FullName;
        await File.WriteAllTextAsync(Path.Combine(orphan, "image-0.jpg"), "x", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(user, "temp", "image-0.jpg"), "x", TestContext.Current.CancellationToken);
        var orphans = _server.Service.App.Store.Orphans;

        await orphans.SweepAsync(_time.GetUtcNow() - DateTimeOffset.UtcNow + TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
        Assert.True(Directory.Exists(orphan));
        await orphans.SweepAsync(_time.GetUtcNow() - DateTimeOffset.UtcNow - TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(orphan));
        Assert.Empty(Waiting());
        Assert.Equal(200, (int)(await _alice.GetAsync(card.GetProperty("image").GetString()!)).Status);
    }

    private string[] Waiting() => Directory.GetFiles(Path.Combine(Directory.GetDirectories(Path.Combine(_server.Settings.Data, "users")).Single(), "temp"));
}
