using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;

namespace Bench.Works;

/// <summary>Fills stores with text cards through the servers' own interfaces.</summary>
internal static class Store
{
    private const int Connections = 64;

    /// <summary>Makes cards of the owners of <paramref name="tokens"/>, in turn at random.</summary>
    /// <returns>The ids of the new cards.</returns>
    public static Task<IReadOnlyCollection<string>> FillAsync(PostcardServer server, IEnumerable<string> tokens, int count, CancellationToken cancel) =>
        FillAsync(server, Bodies(count).SelectMany(_ => tokens, (body, token) => server.Post("/postcard/card", token, body)), count, cancel);

    public static Task<IReadOnlyCollection<string>> FillAsync(PocketBase server, int count, CancellationToken cancel) =>
        FillAsync(server, Bodies(count).Select(body => server.Post(PocketBase.Records, null, body)), count, cancel);

    /// <summary>Up to 200 different cards as JSON.</summary>
    public static IEnumerable<string> Bodies(int count) =>
        Enumerable.Range(1, Math.Min(count, 200)).Select(number => Card.Number(number).ToJson());

    /// <summary>A card as the servers send it, told by its text.</summary>
    public static bool IsCard(ReadOnlyMemory<byte> body) => Parse(body) is { } json && HasText(json["data"] ?? json);

    /// <summary>A first page of 20 cards.</summary>
    public static bool IsPage(ReadOnlyMemory<byte> body) =>
        Parse(body) is { } json && (json["data"] ?? json["items"]) is JsonArray { Count: 20 } cards && cards.All(HasText);

    private static async Task<IReadOnlyCollection<string>> FillAsync(Server server, IEnumerable<byte[]> requests, int count, CancellationToken cancel)
    {
        var ids = new ConcurrentBag<string>();
        var plan = new Plan(server.Address, [.. requests], Math.Min(count, Connections))
        {
            InspectEvery = 1,
            Inspect = body =>
            {
                ids.Add(Id(body.Span));
                return true;
            },
        };
        var outcome = await Load.CountAsync(plan, count, cancel);
        return outcome.Errors == 0 && ids.Count == count
            ? ids
            : throw new InvalidOperationException($"{server.Name} refused {outcome.Errors} of {count} cards.");
    }

    private static JsonNode? Parse(ReadOnlyMemory<byte> body) => JsonNode.Parse(body.Span);

    private static bool HasText(JsonNode? card) =>
        card?["title"]?.GetValue<string>().StartsWith("来自武汉", StringComparison.Ordinal) is true && card["content"]?.GetValue<string>().Length > 50;

    /// <summary>The first <c>"id":"…"</c>; parsing 100,000 replies would cost more than the server.</summary>
    private static string Id(ReadOnlySpan<byte> body)
    {
        var rest = body[(body.IndexOf("\"id\":\""u8) + 6)..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)'"')]);
    }
}
