using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Postcard.Endpoints.Http;

/// <summary>The conditions of a GET or HEAD (RFC 9110, 13).</summary>
internal static class Conditions
{
    /// <summary>Whether the client's copy is still right: by <c>If-None-Match</c> or, only without one, <c>If-Modified-Since</c>.</summary>
    public static bool NotModified(IHeaderDictionary headers, MediaFile file)
    {
        if (headers.IfNoneMatch.Count > 0)
        {
            // Weak comparison: W/"x" is as good as "x" here.
            return EntityTagHeaderValue.TryParseList(headers.IfNoneMatch, out var tags)
                && tags.Any(tag => tag.Tag == file.QuotedETag || tag == EntityTagHeaderValue.Any);
        }

        return headers.IfModifiedSince.Count == 1
            && HeaderUtilities.TryParseDate(headers.IfModifiedSince[0], out var since)
            && file.LastModified <= since;
    }

    /// <summary>Whether <c>If-Range</c>, if there is one, names the file as it is; otherwise the range is not to be looked at.</summary>
    public static bool RangeHolds(IHeaderDictionary headers, MediaFile file) =>
        headers.IfRange.Count == 0
        || headers.IfRange[0] == file.QuotedETag
        || (HeaderUtilities.TryParseDate(headers.IfRange[0], out var date) && date == file.LastModified);
}
