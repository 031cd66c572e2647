using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Postcard.Tests.Support;

/// <summary>A front end's calls, as <c>wx.request</c> and <c>wx.uploadFile</c> make them.</summary>
internal sealed class Phone(Func<Uri> address, string? token)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    public Phone(PostcardServer server, string? token)
        : this(() => server.Address, token)
    {
    }

    public string? Token { get; } = token;

    public Task<Reply> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Reply> PostAsync(string path, string? json = null, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Post, path, Json(json), headers);

    public Task<Reply> PutAsync(string path, string json, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Put, path, Json(json), headers);

    public Task<Reply> DeleteAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Delete, path, null, headers);

    /// <summary>One file under some name, and its type in the form.</summary>
    public Task<Reply> UploadAsync(string type, byte[] file, string fileName = "tmp_1") => SendAsync(HttpMethod.Post, "/postcard/upload", new MultipartFormDataContent
    {
        { new StringContent(type), "type" },
        { new ByteArrayContent(file), "file", fileName },
    });

    public async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(address(), path)) { Content = content };
        if (Token is not null)
        {
            request.Headers.TryAddWithoutValidation("token", Token);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request);
        return new(response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsByteArrayAsync());
    }

    private static ByteArrayContent? Json(string? json) => json is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(json));
}

internal sealed record Reply(HttpStatusCode Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, byte[] Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Msg => Json.GetProperty("msg").GetString()!;

    public string? Reason => Json.GetProperty("data").GetProperty("reason").GetString();

    public string? Next => Json.GetProperty("next").GetString();

    /// <summary>The data of a success.</summary>
    public JsonElement Ok()
    {
        Assert.True(Status == HttpStatusCode.OK, $"{(int)Status} {Encoding.UTF8.GetString(Body)}");
        Assert.Equal(1, Json.GetProperty("success").GetInt32());
        Assert.Equal(0, Json.GetProperty("errorCode").GetInt32());
        Assert.False(string.IsNullOrWhiteSpace(Msg));
        return Json.GetProperty("data");
    }

    /// <summary>Asserts a failure in the contract's envelope.</summary>
    public Reply Refused(int status, string reason)
    {
        Assert.True((int)Status == status, $"{(int)Status} {Encoding.UTF8.GetString(Body)}");
        Assert.Equal(0, Json.GetProperty("success").GetInt32());
        Assert.Equal(1, Json.GetProperty("errorCode").GetInt32());
        Assert.Equal(reason, Reason);
        Assert.Equal(Msg, Json.GetProperty("data").GetProperty("errorMsg").GetString());
        return this;
    }
}
