using System.Text.Encodings.Web;
using System.Text.Json;
using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>Looks through the whole store for the command line. Replies are lines of JSON, the last of which says <c>"done":true</c>.</summary>
internal static class Upkeep
{
    private const int RetryAfterSeconds = 60;

    /// <summary>What does not agree, a line each: <c>kind</c>, <c>what</c>, <c>detail</c>; now and then how far it is.</summary>
    public static async Task VerifyAsync(Call call)
    {
        call.Http.Response.ContentType = "application/jsonl";
        var verifier = call.App.Store.NewVerifier();
        var flaws = 0;
        await foreach (var found in verifier.RunAsync(Orphans.Grace, call.Aborted))
        {
            if (found is not { } flaw)
            {
                await WriteAsync(call, json => json.WriteNumber("records", verifier.Records));
                continue;
            }

            flaws++;
            await WriteAsync(call, json =>
            {
                json.WriteString("kind", flaw.Kind);
                json.WriteString("what", flaw.What);
                json.WriteString("detail", flaw.Detail);
            });
        }

        await WriteAsync(call, json =>
        {
            json.WriteBoolean("done", true);
            json.WriteNumber("flaws", flaws);
            json.WriteNumber("records", verifier.Records);
            json.WriteNumber("files", verifier.Files);
            json.WriteNumber("bytes", verifier.Bytes);
        });
    }

    /// <summary>Removes what no record names (with <c>dry=1</c> only lists it), a line each: <c>what</c>, <c>bytes</c>.</summary>
    public static async Task CollectAsync(Call call)
    {
        var store = call.App.Store;
        var dry = QueryFields.Is(call, "dry", "1");
        using var sweep = dry ? null : store.Files.Deletions.TrySweep()
            ?? throw new Failure(503, "busy", new("正在备份或清理，请稍后再试", "A backup or a sweep is under way; try again later"), RetryAfterSeconds);
        if (!dry)
        {
            await store.Audit.LogAsync(call.User.Actor, "gc");
        }

        call.Http.Response.ContentType = "application/jsonl";
        var (count, bytes) = (0, 0L);
        await foreach (var orphan in store.Orphans.FindAsync(Orphans.Grace, remove: !dry, call.Aborted))
        {
            (count, bytes) = (count + 1, bytes + orphan.Bytes);
            await WriteAsync(call, json =>
            {
                json.WriteString("what", Path.GetRelativePath(store.Files.Root, orphan.Path));
                json.WriteNumber("bytes", orphan.Bytes);
            });
        }

        await WriteAsync(call, json =>
        {
            json.WriteBoolean("done", true);
            json.WriteNumber("count", count);
            json.WriteNumber("bytes", bytes);
        });
    }

    private static async Task WriteAsync(Call call, Action<Utf8JsonWriter> members)
    {
        var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        await call.Http.Response.Body.WriteAsync(line.GetBuffer().AsMemory(0, (int)line.Length), call.Aborted);
    }
}
