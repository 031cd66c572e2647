using System.Globalization;
using Microsoft.AspNetCore.Http;
using Postcard.Endpoints.Http;

namespace Postcard.Endpoints;

/// <summary>All that is the caller's as one zip, made while it is sent.</summary>
internal static class Export
{
    /// <summary>A gigabyte, the usual quota, at 10 Mbit/s. Slower readers would keep the few slots from others.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    private const int RetryAfterSeconds = 30;

    public static async Task SendAsync(Call call)
    {
        var user = await call.App.Store.Users.FindAsync(call.User.Uid) ?? throw Failure.Unauthorized();
        var response = call.Http.Response;
        if (HttpMethods.IsHead(call.Http.Request.Method))
        {
            SetHeaders(call);
            return;
        }

        if (!call.App.Exports.TryEnter(user.Uid))
        {
            throw new Failure(503, "busy", new("已有导出正在进行，请稍后再试", "An export is under way already, please try again later"), RetryAfterSeconds);
        }

        using var limit = new CancellationTokenSource(Limit, call.App.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Aborted);
        try
        {
            SetHeaders(call);
            var zip = await ExportZip.BeginAsync(call.App, new CountedBody(call), either.Token);
            await zip.WriteAsync(user, call.User, either.Token);

            // Not by "using": what breaks off must not be ended as if it were whole.
            await zip.EndAsync();
        }
        finally
        {
            call.App.Exports.Leave(user.Uid);
        }
    }

    private static void SetHeaders(Call call)
    {
        var response = call.Http.Response;
        var date = call.App.Time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        response.ContentType = "application/zip";
        response.Headers.ContentDisposition = $"attachment; filename=\"postcard-{date}.zip\"";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
    }
}
