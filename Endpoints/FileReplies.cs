namespace Postcard.Endpoints;

/// <param name="ETag">Hexadecimal or the like, from the content's hash, without quotes.</param>
/// <param name="Length">Bytes.</param>
internal sealed record MediaFile(string Path, string ContentType, string ETag, DateTimeOffset Modified, long Length);

/// <summary>Answers with the bytes of a media file, which never change under one path.</summary>
internal static class FileReplies
{
    /// <summary>
    /// Conditional and single-range requests as RFC 9110 has them, HEAD included. A range that cannot be met is 416, one that is
    /// malformed or has several parts gets the whole file.
    /// </summary>
    /// <param name="currentVersion">The request named the current version of the file, so the reply may be kept for a year.</param>
    /// <exception cref="Failure">404: the file is gone.</exception>
    public static Task SendAsync(Call call, MediaFile file, bool currentVersion) => throw new NotImplementedException();
}
