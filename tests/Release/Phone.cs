using System.Text.Json;
using System.Text.Json.Nodes;

namespace Release;

/// <summary>Speaks to the server as a mini-program does; a refusal fails the check.</summary>
internal sealed class Phone(HttpClient http)
{
    private string? _token;

    public async Task LogInAsync(string name)
    {
        var data = await PostAsync("/postcard/access", new() { ["code"] = $"dev:{name}" });
        _token = (string)data["token"]!;
    }

    public async Task<JsonNode> GetAsync(string path) => await DataAsync(new(HttpMethod.Get, path));

    public async Task<JsonNode> PostAsync(string path, JsonObject body) =>
        await DataAsync(new(HttpMethod.Post, path) { Content = new StringContent(body.ToJsonString()) });

    public async Task<JsonNode> UploadAsync(string type, byte[] bytes)
    {
        var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), "file", "file" }, { new StringContent(type), "type" } };
        return await DataAsync(new(HttpMethod.Post, "/postcard/upload") { Content = form });
    }

    public async Task<byte[]> BytesAsync(JsonNode? path, string contentType)
    {
        Checks.That(path is not null, $"no path of {contentType}");
        using var reply = await http.GetAsync((string)path!);
        Checks.Equal(200, (int)reply.StatusCode, $"{path}");
        Checks.Equal(contentType, reply.Content.Headers.ContentType?.MediaType, $"the type of {path}");
        return await reply.Content.ReadAsByteArrayAsync();
    }

    private async Task<JsonNode> DataAsync(HttpRequestMessage request)
    {
        using (request)
        {
            if (_token is not null)
            {
                request.Headers.Add("token", _token);
            }

            using var reply = await http.SendAsync(request);
            var text = await reply.Content.ReadAsStringAsync();
            Checks.That(reply.IsSuccessStatusCode, $"{request.Method} {request.RequestUri}: {(int)reply.StatusCode} {text}");
            try
            {
                return JsonNode.Parse(text)!["data"] ?? new JsonObject();
            }
            catch (JsonException)
            {
                throw new CheckFailedException($"{request.Method} {request.RequestUri}: no JSON: {text}");
            }
        }
    }
}
