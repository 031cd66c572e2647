using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Bench.Peers;

/// <summary>The published binary, with development log-ins and without rate limits.</summary>
internal sealed class PostcardServer : Server
{
    private PostcardServer(Process process, int port) : base("Postcard", process, port)
    {
    }

    /// <remarks>Drawing the built-in templates at the first start is over when it answers, and counts for nothing.</remarks>
    public static async Task<PostcardServer> StartAsync(string program, string directory, CancellationToken cancel)
    {
        var port = FreePort();
        var log = Path.Combine(directory, "postcard.log");
        var process = Children.Start(program, ["serve", "--dev", "--port", $"{port}", "--data", Path.Combine(directory, "data")], log,
            ("POSTCARD_LIMITS", "off"));
        var server = new PostcardServer(process, port);
        await server.WaitAsync("/healthz", log, cancel);
        server.ResetPeak();
        return server;
    }

    /// <returns>The session token of the development user <paramref name="name"/>.</returns>
    public async Task<string> LogInAsync(string name, CancellationToken cancel)
    {
        using var reply = await Http.PostAsJsonAsync("/postcard/access", new JsonObject { ["code"] = $"dev:{name}" }, cancel);
        var data = await DataAsync(reply, cancel);
        return data["token"]!.GetValue<string>();
    }

    /// <param name="type"><c>image</c> or <c>audio</c>.</param>
    public async Task<JsonNode> UploadAsync(string token, string type, byte[] bytes, CancellationToken cancel)
    {
        using var form = new MultipartFormDataContent { { new StringContent(type), "type" }, { new ByteArrayContent(bytes), "file", "file" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/postcard/upload") { Content = form, Headers = { { "token", token } } };
        using var reply = await Http.SendAsync(request, cancel);
        return await DataAsync(reply, cancel);
    }

    /// <returns>The card.</returns>
    public async Task<JsonNode> CreateAsync(string token, Card card, bool img, bool audio, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/postcard/card")
        {
            Content = new StringContent(card.ToJson(img, audio)),
            Headers = { { "token", token } },
        };
        using var reply = await Http.SendAsync(request, cancel);
        return await DataAsync(reply, cancel);
    }

    private static async Task<JsonNode> DataAsync(HttpResponseMessage reply, CancellationToken cancel)
    {
        var text = await reply.Content.ReadAsStringAsync(cancel);
        return reply.IsSuccessStatusCode && JsonNode.Parse(text)?["data"] is { } data
            ? data
            : throw new InvalidOperationException($"Postcard refused {reply.RequestMessage?.RequestUri?.AbsolutePath}: {text}");
    }
}
