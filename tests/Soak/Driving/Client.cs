using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Soak.Driving;

/// <param name="Status">Null when no reply came.</param>
internal sealed record Answer(HttpStatusCode? Status, JsonNode? Data)
{
    public bool Ok => Status is HttpStatusCode.OK;
}

/// <summary>A phone. No reply is an answer, too.</summary>
internal sealed class Client(HttpClient http)
{
    public string? Token { get; private set; }

    public async Task<Answer> LogInAsync(string openId)
    {
        var answer = await SendAsync(HttpMethod.Post, "/postcard/access", new JsonObject { ["code"] = openId });
        Token = answer.Ok ? (string?)answer.Data!["token"] : Token;
        return answer;
    }

    public Task<Answer> CreateAsync(string title, string content, bool image, bool plaza = false) => SendAsync(
        HttpMethod.Post, "/postcard/card", new JsonObject { ["title"] = title, ["content"] = content, ["img"] = image, ["plaza"] = plaza });

    public Task<Answer> EditAsync(string id, string content) => SendAsync(HttpMethod.Put, $"/postcard/card/{id}", new JsonObject { ["content"] = content });

    public Task<Answer> DeleteAsync(string id) => SendAsync(HttpMethod.Delete, $"/postcard/card/{id}");

    public Task<Answer> OpenAsync(string id) => SendAsync(HttpMethod.Get, $"/postcard/card/{id}");

    public Task<Answer> UploadAsync(byte[] image)
    {
        var file = new ByteArrayContent(image);
        return SendAsync(HttpMethod.Post, "/postcard/upload", new MultipartFormDataContent { { new StringContent("image"), "type" }, { file, "file", "tmp_1" } });
    }

    /// <summary>SHA-256 of a picture or sound; null when it is not to be had.</summary>
    public async Task<string?> HashAsync(string path)
    {
        try
        {
            using var reply = await http.GetAsync(path);
            return reply.IsSuccessStatusCode ? Convert.ToHexString(SHA256.HashData(await reply.Content.ReadAsByteArrayAsync())) : null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    public Task<Answer> SendAsync(HttpMethod method, string path, JsonNode? body = null) =>
        SendAsync(method, path, body is null ? null : new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json")));

    private async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (Token is not null)
        {
            request.Headers.TryAddWithoutValidation("token", Token);
        }

        try
        {
            using var reply = await http.SendAsync(request);
            var text = await reply.Content.ReadAsStringAsync();
            return new(reply.StatusCode, reply.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(text)?["data"] : null);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            return new(null, null);
        }
    }
}
