using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Postcard.Endpoints.Http;

/// <summary>
/// What follows a refusal that came before the whole body was read. A client that writes all before it reads (a phone with a picture) would
/// see a reset connection instead of the reply if the server just closed.
/// </summary>
internal static class Drain
{
    // What is left of such a body costs less to read than a new connection.
    private const long CheapBytes = 1024 * 1024;

    /// <summary>Asks a client that listens to stop sending, before the reply is written.</summary>
    public static void Announce(HttpContext http)
    {
        if (!HasStreams(http) && MayHaveMore(http) && (!(http.Request.ContentLength <= CheapBytes) || MayWait(http.Request)))
        {
            http.Response.Headers.Connection = "close";
        }
    }

    /// <summary>Sends the reply and reads on, within <see cref="HttpLimits.DrainBytes"/> and <see cref="HttpLimits.DrainTime"/>.</summary>
    public static async Task ReadOnAsync(HttpContext http, TimeProvider time)
    {
        if (!MayHaveMore(http) || HasStreams(http))
        {
            return;
        }

        await http.Response.CompleteAsync();
        var waits = MayWait(http.Request);
        using var limit = new CancellationTokenSource(waits ? HttpLimits.ContinueTime : HttpLimits.DrainTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, http.RequestAborted);
        try
        {
            var reader = http.Request.BodyReader;
            for (long bytes = 0; bytes < HttpLimits.DrainBytes;)
            {
                var read = await reader.ReadAsync(either.Token);
                bytes += read.Buffer.Length;
                reader.AdvanceTo(read.Buffer.End);
                if (waits)
                {
                    waits = false;
                    limit.CancelAfter(HttpLimits.DrainTime);
                }

                if (read.IsCompleted)
                {
                    return;
                }
            }

            http.Abort();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It was sent to be thrown away, and whoever sent it is gone, too slow or off the protocol.
            http.Abort();
        }
    }

    /// <summary>HTTP/2 has a way of its own to say it, after which the rest of the body does not come; the connection stays.</summary>
    private static bool HasStreams(HttpContext http) => HttpProtocol.IsHttp2(http.Request.Protocol);

    private static bool MayHaveMore(HttpContext http) => http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    /// <summary>Such a client sends its body only when told to go on, and that may have happened or not: a handler does it by reading.</summary>
    private static bool MayWait(HttpRequest request) => request.Headers.Expect.Count > 0;
}
