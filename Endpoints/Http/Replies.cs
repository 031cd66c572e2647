using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Postcard.Endpoints.Http;

/// <summary>Writes the envelope that every JSON reply is.</summary>
internal static class Replies
{
    private const int StreamedBytes = 64 * 1024;
    private const int SmallestPiece = 512;

    private static readonly Text Done = new("成功", "OK");

    /// <summary>Success with <c>"data":null</c>.</summary>
    public static Task OkAsync(Call call, Text? msg = null)
    {
        var envelope = Envelope.Begin(call, msg ?? Done);
        envelope.Raw("null"u8);
        return SendAsync(call, envelope.End());
    }

    /// <summary>Success with <paramref name="data"/>.</summary>
    public static Task OkAsync<T>(Call call, T data, JsonTypeInfo<T> type, Text? msg = null)
    {
        var envelope = Envelope.Begin(call, msg ?? Done);
        envelope.Json(data, type);
        return SendAsync(call, envelope.End());
    }

    /// <summary>Success with a list in <paramref name="data"/> and, beside it, the cursor of the next page or null.</summary>
    public static Task ListAsync<T>(Call call, T data, JsonTypeInfo<T> type, string? next)
    {
        var envelope = Envelope.Begin(call, Done);
        envelope.Json(data, type);
        return SendAsync(call, envelope.EndWithNext(next));
    }

    /// <summary>Success with <c>data</c> made of pieces of UTF-8 JSON that were rendered before, written one after the other as they are.</summary>
    public static Task RawAsync(Call call, ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second = default, Text? msg = null)
    {
        var envelope = Envelope.Begin(call, msg ?? Done);
        envelope.Raw(first.Span);
        envelope.Raw(second.Span);
        return SendAsync(call, envelope.End());
    }

    /// <summary>
    /// Success with a list whose inside, commas included, is made of pieces of UTF-8 JSON, and <paramref name="next"/> beside it.
    /// </summary>
    public static Task RawListAsync(Call call, IReadOnlyList<ReadOnlyMemory<byte>> pieces, string? next)
    {
        var envelope = Envelope.Begin(call, Done);
        envelope.Raw("["u8);
        for (var i = 0; i < pieces.Count; i++)
        {
            envelope.Raw(pieces[i].Span);
        }

        envelope.Raw("]"u8);
        return SendAsync(call, envelope.EndWithNext(next));
    }

    /// <summary>Success with a list whose inside comes piece by piece and is too long to be held at once; there is no next page.</summary>
    public static async Task StreamListAsync(Call call, IAsyncEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        SetHeaders(call.Http.Response);
        await call.Http.Response.StartAsync(call.Aborted);
        var writer = call.Http.Response.BodyWriter;
        call.Sent = 0;
        Start();
        var written = 0;
        await foreach (var piece in pieces)
        {
            Put(piece.Span);
            written += piece.Length;
            if (written > StreamedBytes)
            {
                await writer.FlushAsync(call.Aborted);
                written = 0;
            }
        }

        Put("""],"errorCode":0,"next":null}"""u8);

        void Start()
        {
            var envelope = Envelope.Begin(call, Done);
            envelope.Raw("["u8);
            Put(envelope.Written);
        }

        void Put(ReadOnlySpan<byte> bytes)
        {
            Write(writer, bytes);
            call.Sent += bytes.Length;
        }
    }

    /// <summary>Success with plain text, for callers that are no front end.</summary>
    public static Task TextAsync(Call call, string text)
    {
        var response = call.Http.Response;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        var bytes = Encoding.UTF8.GetBytes(text);
        response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(call.Http.Request.Method) ? Task.CompletedTask : FinishAsync(response.StartAsync(CancellationToken.None), response, bytes);
    }

    /// <summary>A failure's envelope, status and headers.</summary>
    public static Task FailAsync(Call call, Failure failure)
    {
        var response = call.Http.Response;
        response.StatusCode = failure.Status;
        if (failure.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return SendAsync(call, Envelope.Failed(call, failure));
    }

    // Header and body go into the pipe without a flush of our own: the server flushes once when the request ends, one system call.
    private static Task SendAsync(Call call, ReadOnlySpan<byte> body)
    {
        var response = call.Http.Response;
        SetHeaders(response);
        response.ContentLength = body.Length;
        if (HttpMethods.IsHead(call.Http.Request.Method))
        {
            return Task.CompletedTask;
        }

        var start = response.StartAsync(CancellationToken.None);
        if (!start.IsCompletedSuccessfully)
        {
            return FinishAsync(start, response, body.ToArray());
        }

        Write(response.BodyWriter, body);
        return Task.CompletedTask;
    }

    private static void SetHeaders(HttpResponse response)
    {
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = "Accept-Language";
    }

    private static async Task FinishAsync(Task start, HttpResponse response, byte[] body)
    {
        await start;
        Write(response.BodyWriter, body);
    }

    /// <summary>
    /// As <see cref="BuffersExtensions"/> does, which asks for memory of no particular size: on a connection that was reset meanwhile Kestrel gives
    /// none then, and that is an exception.
    /// </summary>
    private static void Write(PipeWriter writer, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var span = writer.GetSpan(Math.Min(bytes.Length, SmallestPiece));
            var count = Math.Min(span.Length, bytes.Length);
            bytes[..count].CopyTo(span);
            writer.Advance(count);
            bytes = bytes[count..];
        }
    }
}
