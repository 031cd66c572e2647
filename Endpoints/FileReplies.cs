using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Postcard.Endpoints;

/// <param name="ETag">Hexadecimal or the like, from the content's hash, without quotes.</param>
/// <param name="Length">Bytes.</param>
internal sealed record MediaFile(string Path, string ContentType, string ETag, DateTimeOffset Modified, long Length)
{
    /// <summary>The strong validator as it stands in the header.</summary>
    public string QuotedETag { get; } = $"\"{ETag}\"";

    /// <summary>Cut to seconds, as the header is.</summary>
    public DateTimeOffset LastModified { get; } = DateTimeOffset.FromUnixTimeSeconds(Modified.ToUnixTimeSeconds());
}

/// <summary>Answers with the bytes of a media file, which never change under one path.</summary>
internal static class FileReplies
{
    private const int PieceBytes = 256 * 1024;

    /// <summary>
    /// Conditional and single-range requests as RFC 9110 has them, HEAD included. A range that cannot be met is 416, a malformed one 400 (the
    /// RFC leaves it to the server, the contract says so), several at once get the whole file.
    /// </summary>
    /// <param name="currentVersion">The request named the current version of the file, so the reply may be kept for a year.</param>
    /// <exception cref="Failure">404: the file is gone; 400, 416: the range.</exception>
    public static async Task SendAsync(Call call, MediaFile file, bool currentVersion)
    {
        var (request, response) = (call.Http.Request, call.Http.Response);
        var head = HttpMethods.IsHead(request.Method);
        if (Conditions.NotModified(request.Headers, file))
        {
            SetHeaders(response, file, currentVersion);
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var range = head ? null : RangeOf(call, file);
        var content = await ContentAsync(call.App.Files, file);
        try
        {
            SetHeaders(response, file, currentVersion);
            response.ContentType = file.ContentType;
            response.Headers.AcceptRanges = "bytes";
            response.Headers.XContentTypeOptions = "nosniff";
            var (first, length) = range ?? new(0, file.Length);
            response.ContentLength = length;
            if (range is not null)
            {
                response.StatusCode = StatusCodes.Status206PartialContent;
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{first + length - 1}/{file.Length}");
            }

            if (!head)
            {
                await (content.Bytes is { } bytes
                    ? SendBytesAsync(call, bytes.AsMemory((int)first, (int)length))
                    : SendPiecesAsync(call, content.Handle!, first, length));
            }
        }
        finally
        {
            content.Handle?.Dispose();
        }
    }

    private static void SetHeaders(HttpResponse response, MediaFile file, bool currentVersion)
    {
        response.Headers.ETag = file.QuotedETag;
        response.Headers.LastModified = HeaderUtilities.FormatDate(file.LastModified);
        response.Headers.CacheControl = currentVersion ? "public, max-age=31536000, immutable" : "no-cache";
    }

    private static ByteRange? RangeOf(Call call, MediaFile file)
    {
        var headers = call.Http.Request.Headers;
        if (headers.Range.Count == 0 || !Conditions.RangeHolds(headers, file))
        {
            return null;
        }

        switch (ByteRange.Parse(headers.Range.ToString(), file.Length, out var range))
        {
            case RangeKind.Single:
                return range;
            case RangeKind.Malformed:
                throw Failure.BadRequest("Range 请求头格式错误", "The header Range is malformed");
            case RangeKind.Unsatisfiable:
                call.Http.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Length}");
                throw new Failure(StatusCodes.Status416RangeNotSatisfiable, "bad_request", new("请求的范围超出文件大小", "The range lies outside of the file"));
            default:
                return null;
        }
    }

    private static async ValueTask<(byte[]? Bytes, Microsoft.Win32.SafeHandles.SafeFileHandle? Handle)> ContentAsync(FileCache cache, MediaFile file)
    {
        try
        {
            return cache.Takes(file.Length)
                ? (cache.Find(file.Path) ?? await cache.ReadAsync(file.Path, (int)file.Length), null)
                : (null, File.OpenHandle(file.Path, options: FileOptions.SequentialScan));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Failure.NotFound();
        }
    }

    private static async Task SendBytesAsync(Call call, ReadOnlyMemory<byte> bytes)
    {
        await call.Http.Response.Body.WriteAsync(bytes);
    }

    private static async Task SendPiecesAsync(Call call, Microsoft.Win32.SafeHandles.SafeFileHandle handle, long position, long length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            while (length > 0)
            {
                var count = await RandomAccess.ReadAsync(handle, buffer.AsMemory(0, (int)Math.Min(length, PieceBytes)), position, call.Aborted);
                if (count == 0)
                {
                    throw new EndOfStreamException("The file is shorter than its record says.");
                }

                await call.Http.Response.Body.WriteAsync(buffer.AsMemory(0, count), call.Aborted);
                position += count;
                length -= count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
