using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>A file that arrived, under a temporary name. It is deleted with its form unless taken.</summary>
/// <param name="Field">Name of the form part.</param>
internal sealed record UploadedFile(string Field, string Path, long Bytes);

/// <summary>The parts of an upload.</summary>
internal sealed class UploadForm : IAsyncDisposable
{
    /// <summary>What a front end's upload is: from the field <c>type</c>, a part holding <c>{"type":"…"}</c>, or the query.</summary>
    public UploadKind Kind => throw new NotImplementedException();

    /// <summary>The one file of a front end's upload.</summary>
    public UploadedFile File => throw new NotImplementedException();

    /// <summary>The file of the part with this name, or null.</summary>
    public UploadedFile? Named(string field) => throw new NotImplementedException();

    /// <summary>The text of the part with this name, trimmed and checked as <see cref="JsonFields.Text"/> does, or null.</summary>
    public string? Text(string field, int max) => throw new NotImplementedException();

    /// <summary>Leaves the file to the caller, who moves or deletes it.</summary>
    public void Keep(UploadedFile file) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>Reads <c>multipart/form-data</c>, files straight to where the caller says.</summary>
internal static class MultipartUpload
{
    /// <summary>As <c>wx.uploadFile</c> sends it: one file under any name, and its type.</summary>
    /// <param name="tempPath">Gives the path of a file to create (0600).</param>
    /// <exception cref="Failure">400 not multipart or cut off; 413; 422 no file, several, or no type.</exception>
    public static Task<UploadForm> ReadAsync(Call call, Func<string> tempPath) => throw new NotImplementedException();

    /// <summary>As admins send templates: the parts <c>image</c>, <c>audio</c> and <c>title</c>, each at most once, none of them required here.</summary>
    /// <exception cref="Failure">400 not multipart or cut off; 413; 422 an unknown or repeated file.</exception>
    public static Task<UploadForm> ReadTemplateAsync(Call call, Func<string> tempPath) => throw new NotImplementedException();
}
