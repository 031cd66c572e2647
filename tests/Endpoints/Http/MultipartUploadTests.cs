using System.Text;
using Postcard.Endpoints.Http;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class MultipartUploadTests : IAsyncLifetime
{
    private const string File = "Content-Disposition: form-data; name=\"pic\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\nJPEG";
    private const string Type = "Content-Disposition: form-data; name=\"type\"\r\n\r\nimage";
    private readonly TempFolder _folder = new();
    private RouteServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RouteServer.StartAsync(
        new Route("POST", "/upload", Guard.Open, Body.Media, async call =>
        {
            var (form, file, kind) = await MultipartUpload.ReadAsync(call, NewPath);
            await using var parts = form;
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(file.Path));
            var text = await System.IO.File.ReadAllTextAsync(file.Path);
            await Replies.OkAsync(call, new Text($"{kind} {file.Field} {file.Bytes} {(text.Length < 20 ? text : "")}", ""));
        }),
        new("POST", "/template", Guard.Open, Body.Media, async call =>
        {
            await using var form = await MultipartUpload.ReadTemplateAsync(call, NewPath);
            await Replies.OkAsync(call, new Text($"{form.Named("image")?.Bytes}|{form.Named("audio")?.Bytes}|{form.Text("title", 10)}", ""));
        }));

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/upload", File, Type)]
    [InlineData("/upload", Type, File)]
    [InlineData("/upload?type=image", File)]
    [InlineData("/upload?type=audio", File, Type)]
    [InlineData("/upload", File, "Content-Disposition: form-data; name=\"data\"\r\n\r\n{\"type\":\"image\"}")]
    [InlineData("/upload", "Content-Disposition: form-data; name=\"json\"; filename=\"blob\"\r\nContent-Type: application/json\r\n\r\n{\"type\":\"image\"}", File)]
    [InlineData("/upload", "content-disposition: form-data; name=type\r\ncontent-type: text/plain; charset=utf-8\r\n\r\n image ", File)]
    [InlineData("/upload", Type, "Content-Disposition: form-data; name=\"pic\"\r\nContent-Type: image/jpeg\r\n\r\nJPEG")]
    [InlineData("/upload", Type, "Content-Disposition: form-data; name=\"pic\"; filename*=UTF-8''%E5%9B%BE.jpg\r\n\r\nJPEG")]
    [InlineData("/upload", Type, File, "Content-Disposition: form-data; name=\"other\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n")]
    public async Task Upload_WithItsTypeSomewhere_Arrives(string path, params string[] parts)
    {
        var reply = await SendAsync(path, Form(parts));

        Assert.True(reply.Status == 200, reply.Text);
        Assert.Equal("Image pic 4 JPEG", reply.Json.GetProperty("msg").GetString());
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData(422, "/upload", File)]
    [InlineData(422, "/upload", Type)]
    [InlineData(422, "/upload?type=film", File)]
    [InlineData(422, "/upload", File, "Content-Disposition: form-data; name=\"type\"\r\n\r\nfilm")]
    [InlineData(422, "/upload", File, "Content-Disposition: form-data; name=\"data\"\r\n\r\n{\"type\":1}")]
    [InlineData(422, "/upload", File, "Content-Disposition: form-data; name=\"data\"\r\n\r\n{\"type\":\"\\ud800\"}")]
    [InlineData(422, "/upload", Type, File, File)]
    [InlineData(400, "/upload", Type, "Content-Disposition: attachment; name=\"pic\"; filename=\"a\"\r\n\r\nJPEG")]
    [InlineData(400, "/upload", Type, "Content-Type: image/jpeg\r\n\r\nJPEG")]
    [InlineData(400, "/upload", Type, "Content-Disposition: form-data; filename=\"a\"\r\n\r\nJPEG")]
    [InlineData(422, "/template", "Content-Disposition: form-data; name=\"film\"; filename=\"a\"\r\n\r\nX")]
    [InlineData(422, "/template", "Content-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\nX", "Content-Disposition: form-data; name=\"image\"; filename=\"b\"\r\n\r\nX")]
    [InlineData(422, "/template", "Content-Disposition: form-data; name=\"title\"\r\n\r\n01234567890")]
    public async Task Upload_OfOddParts_IsRefusedAndLeavesNoFile(int status, string path, params string[] parts)
    {
        Assert.Equal(status, (await SendAsync(path, Form(parts))).Status);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Template_WithAllItsParts_Arrives()
    {
        var reply = await SendAsync("/template", Form(
            "Content-Disposition: form-data; name=\"title\"\r\n\r\n 海 ",
            "Content-Disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\nXY",
            "Content-Disposition: form-data; name=\"audio\"; filename=\"b\"\r\n\r\nXYZ"));

        Assert.Equal("2|3|海", reply.Json.GetProperty("msg").GetString());
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/mixed; boundary=b")]
    [InlineData("multipart/form-data; boundary=\"b\r\n x\"")]
    [InlineData("nonsense")]
    public async Task Upload_OfAnotherContentType_Is400(string contentType) =>
        Assert.Equal(400, (await _server.PostAsync("/upload", Form(Type, File), $"Content-Type: {contentType}")).Status);

    [Fact]
    public async Task Upload_WithTooManyOrTooLongTexts_IsRefused()
    {
        Assert.Equal(400, (await SendAsync("/upload", Form([.. Enumerable.Repeat(Type, 17), File]))).Status);
        Assert.Equal(422, (await SendAsync("/upload", Form(File, "Content-Disposition: form-data; name=\"note\"\r\n\r\n" + new string('x', 5000)))).Status);
        Assert.Equal(400, (await SendAsync("/upload", Form($"Content-Disposition: form-data; name=\"{new string('n', 65)}\"\r\n\r\nx"))).Status);
        Assert.Equal(400, (await SendAsync("/upload", Form($"X: {new string('n', 40_000)}\r\n\r\nx"))).Status);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Upload_CutOffAnywhere_IsRefusedAndLeavesNoFile()
    {
        var form = Form(Type, File);
        for (var length = 1; length < form.Length - 4; length += 7)
        {
            Assert.Equal(400, (await SendAsync("/upload", form[..length])).Status);
        }

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Theory]
    [InlineData("image", 20, 200)]
    [InlineData("image", 21, 413)]
    [InlineData("audio", 21, 200)]
    [InlineData("audio", 121, 413)]
    public async Task Upload_OfASize_IsBoundByItsType(string type, int megabytes, int status)
    {
        foreach (var typeFirst in (bool[])[true, false])
        {
            using var connection = await RawConnection.OpenAsync(_server.Address);
            var typePart = $"--b\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\n{type}\r\n";
            var before = (typeFirst ? typePart : "") + "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n";
            var after = "\r\n" + (typeFirst ? "" : typePart) + "--b--\r\n";
            await connection.SendAsync("POST /upload HTTP/1.1\r\nHost: test\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                + $"Content-Length: {before.Length + (megabytes << 20) + after.Length}\r\n\r\n{before}");
            var piece = new byte[1 << 20];
            for (var i = 0; i < megabytes; i++)
            {
                await connection.SendAsync(piece);
            }

            await connection.SendAsync(after);
            var reply = await connection.ReadAsync();

            Assert.Equal(status, reply.Status);
            Assert.Equal(status == 200 ? $"{type} f {megabytes << 20}" : "too_large",
                status == 200 ? reply.Json.GetProperty("msg").GetString()!.Trim().ToLowerInvariant() : reply.Reason);
        }

        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Upload_OfMutatedForms_AlwaysGetsAnEnvelopeAndLeavesNoFile()
    {
        var random = new Random(11);
        var whole = Encoding.UTF8.GetBytes(Form(Type, File, Type));
        for (var i = 0; i < 400; i++)
        {
            var form = (byte[])whole.Clone();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                form[random.Next(form.Length)] = (byte)random.Next(256);
            }

            form = form[random.Next(random.Next(3) == 0 ? form.Length : 1)..];
            using var connection = await RawConnection.OpenAsync(_server.Address);
            await connection.SendAsync($"POST /upload HTTP/1.1\r\nHost: test\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {form.Length}\r\n\r\n");
            await connection.SendAsync(form);
            var reply = await connection.ReadAsync();

            Assert.Contains(reply.Status, (int[])[200, 400, 413, 422]);
            Assert.Equal(reply.Status == 200 ? 1 : 0, reply.Json.GetProperty("success").GetInt32());
        }

        Assert.Empty(Directory.GetFiles(_folder.Path));
        Assert.DoesNotContain(_server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    private Task<RawReply> SendAsync(string path, string form) => _server.PostAsync(path, form, "Content-Type: multipart/form-data; boundary=b");

    private static string Form(params string[] parts) => string.Concat(parts.Select(part => $"--b\r\n{part}\r\n")) + "--b--\r\n";

    private string NewPath() => _folder[Guid.NewGuid().ToString("N")];
}
