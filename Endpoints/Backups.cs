using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Postcard.Configuration;
using Postcard.Endpoints.Http;

namespace Postcard.Endpoints;

/// <summary>Backups for the command line, which writes the file: a service may be kept from writing anywhere but in its data directory.</summary>
internal static class Backups
{
    /// <summary>About how many bytes will follow.</summary>
    public const string Expected = "X-Expected-Bytes";

    /// <summary>
    /// Length of what follows the archive: how many users, cards and files, and how many files that are missing or damaged, in ASCII between
    /// spaces. (HTTP/1.1 trailers would be the place, but the server has none.)
    /// </summary>
    public const int SummaryBytes = 64;

    private const int RetryAfterSeconds = 60;

    /// <summary>The archive as it is made, and its summary. A reply without its end is none.</summary>
    public static async Task MakeAsync(Call call)
    {
        await using var run = await call.App.Store.Archiver.BeginAsync(call.Aborted)
            ?? throw new Failure(503, "busy", new("已有备份正在进行", "A backup is under way already"), RetryAfterSeconds);
        await call.App.Store.Audit.LogAsync(call.User.Actor, "backup");
        var response = call.Http.Response;
        response.ContentType = "application/gzip";
        response.Headers[Expected] = run.ExpectedBytes.ToString(CultureInfo.InvariantCulture);

        // The disk at the other end may be slow.
        call.Http.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
        var result = await run.WriteAsync(response.Body, SettingsWriter.ToJson(call.App.Settings), call.Aborted);
        var summary = $"{result.Counts.Users} {result.Counts.Cards} {result.Files} {result.Problems}".PadRight(SummaryBytes);
        await response.Body.WriteAsync(Encoding.ASCII.GetBytes(summary), call.Aborted);
    }
}
