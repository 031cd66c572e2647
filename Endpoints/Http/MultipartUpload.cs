using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Postcard.Storage;

namespace Postcard.Endpoints.Http;

/// <summary>Reads <c>multipart/form-data</c>, files straight to where the caller says.</summary>
internal static class MultipartUpload
{
    private const int MaxParts = 16;
    private const int TextBytes = 4 * 1024;
    private const int BoundaryCharacters = 200;
    private const int BufferBytes = 64 * 1024;

    /// <summary>As <c>wx.uploadFile</c> sends it: one file under any name, and its type in the form or in the query.</summary>
    /// <param name="tempPath">Gives the path of a file to create (0600).</param>
    /// <exception cref="Failure">400 not multipart or cut off; 413; 422 no file, several, or no type.</exception>
    public static async Task<(UploadForm Form, UploadedFile File, UploadKind Kind)> ReadAsync(Call call, Func<string> tempPath)
    {
        var query = UploadForm.ParseKind(QueryFields.Value(call, "type"));
        var form = await ReadPartsAsync(call, tempPath, (form, _) => form.Files.Count == 0
            ? MaxBytes(form.Kind ?? query ?? UploadKind.Audio)
            : throw Failure.InvalidField("file", "每次只能上传一个文件", "only one file at a time"));
        try
        {
            var file = form.Files is [var only] ? only : throw Failure.InvalidField("file", "缺少文件", "is missing");
            var kind = form.Kind ?? query ?? throw Failure.InvalidField("type", "须为 image 或 audio", "must be image or audio");
            return file.Bytes <= MaxBytes(kind) ? (form, file, kind) : throw FileTooLarge(MaxBytes(kind));
        }
        catch
        {
            await form.DisposeAsync();
            throw;
        }
    }

    /// <summary>As admins send templates: files <c>image</c> and <c>audio</c> and the text <c>title</c>, each at most once, none required here.</summary>
    /// <exception cref="Failure">400 not multipart or cut off; 413; 422 an unknown or repeated file.</exception>
    public static Task<UploadForm> ReadTemplateAsync(Call call, Func<string> tempPath) =>
        ReadPartsAsync(call, tempPath, (form, field) => field switch
        {
            _ when form.Named(field) is not null => throw Failure.InvalidField(field, "只能有一个文件", "may be there only once"),
            "image" => HttpLimits.PictureBytes,
            "audio" => HttpLimits.SoundBytes,
            _ => throw Failure.InvalidField(field, "未知的文件字段", "is not a file that is taken here"),
        });

    private static long MaxBytes(UploadKind kind) => kind == UploadKind.Image ? HttpLimits.PictureBytes : HttpLimits.SoundBytes;

    /// <param name="bound">The most bytes that the file of this field may have, or its refusal.</param>
    private static async Task<UploadForm> ReadPartsAsync(Call call, Func<string> tempPath, Func<UploadForm, string, long> bound)
    {
        var form = new UploadForm();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var reader = new MultipartReader(BoundaryOf(call.Http.Request), call.Http.Request.Body, BufferBytes);
            for (var parts = 0; await NextAsync(reader, call.Aborted) is { } section; parts++)
            {
                if (parts == MaxParts || !TryName(section, out var field, out var isFile))
                {
                    throw NotMultipart();
                }

                if (isFile)
                {
                    await SaveAsync(section, form, field, tempPath, bound(form, field), buffer, call.Aborted);
                }
                else
                {
                    form.Add(field, await TextAsync(section, field, buffer, call.Aborted));
                }
            }

            return form;
        }
        catch
        {
            await form.DisposeAsync();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string BoundaryOf(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= BoundaryCharacters } boundary
            ? boundary.ToString()
            : throw NotMultipart();

    /// <summary>
    /// A part is a file if it has a file name or, without one, says that it is no text; JSON is a text in any case. An empty file name is a
    /// form's field for a file that nobody chose.
    /// </summary>
    private static bool TryName(MultipartSection section, out string field, out bool isFile)
    {
        (field, isFile) = ("", false);
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        field = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        var type = section.ContentType ?? "";
        var isText = type == "" || type.StartsWith("text/", StringComparison.OrdinalIgnoreCase);
        isFile = !type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
            && (disposition.FileName.HasValue || disposition.FileNameStar.HasValue
                ? HeaderUtilities.RemoveQuotes(disposition.FileName).Length > 0 || disposition.FileNameStar.Length > 0
                : !isText);
        return field.Length is > 0 and <= HttpLimits.IdCharacters;
    }

    private static async Task SaveAsync(
        MultipartSection section, UploadForm form, string field, Func<string> tempPath, long bound, byte[] buffer, CancellationToken cancel)
    {
        var path = tempPath();
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        form.Add(new UploadedFile(field, path, 0));
        long bytes = 0;
        while (await FillAsync(section, buffer, cancel) is var count and > 0)
        {
            bytes += count;
            if (bytes > bound)
            {
                throw FileTooLarge(bound);
            }

            await file.WriteAsync(buffer.AsMemory(0, count), cancel);
        }

        form.Finish(new(field, path, bytes));
    }

    private static async Task<string> TextAsync(MultipartSection section, string field, byte[] buffer, CancellationToken cancel)
    {
        var count = await FillAsync(section, buffer, cancel);
        return count <= TextBytes
            ? Encoding.UTF8.GetString(buffer, 0, count)
            : throw Failure.InvalidField(field, "内容过长", "is too long");
    }

    /// <summary>Whole buffers, so that a file is written in few large pieces.</summary>
    private static async ValueTask<int> FillAsync(MultipartSection section, byte[] buffer, CancellationToken cancel)
    {
        try
        {
            return await section.Body.ReadAtLeastAsync(buffer.AsMemory(0, BufferBytes), BufferBytes, throwOnEndOfStream: false, cancel);
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw NotMultipart();
        }
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancel)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancel);
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw NotMultipart();
        }
    }

    /// <summary>The reader tells of missing boundaries and of long headers by these; what the connection is to blame for comes as a subtype.</summary>
    private static bool IsMalformed(Exception e) =>
        e is InvalidDataException || (e is IOException and not BadHttpRequestException and not ConnectionResetException);

    private static Failure NotMultipart() =>
        Failure.BadRequest("请求内容不是有效的 multipart/form-data", "The body is not valid multipart/form-data");

    private static Failure FileTooLarge(long bound) =>
        Failure.TooLarge($"文件过大，最多 {bound >> 20} MB", $"This file is too large, the limit is {bound >> 20} MB");
}
