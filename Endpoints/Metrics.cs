using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>What the server does and how it is, for Prometheus. Nothing in it is about a user.</summary>
internal static class Metrics
{
    private const string Bearer = "Bearer ";

    /// <summary>They are read from the store, whenever somebody looks.</summary>
    private const int MostPending = 1000;

    private static readonly string[] Forwarding = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"];

    public static async Task GetAsync(Call call)
    {
        var text = new MetricsText();
        WriteTraffic(text, call.App.Traffic);
        call.App.Meters.WriteTo(text);
        WriteApp(text, call.App);
        await WritePendingAsync(text, call.App.Store);
        WriteProcess(text);

        var body = text.ToUtf8();
        var response = call.Http.Response;
        response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(call.Http.Request.Method))
        {
            await response.BodyWriter.WriteAsync(body);
        }
    }

    /// <summary>This machine itself, not somebody behind a proxy on it, or who knows the token.</summary>
    public static bool MayRead(HttpContext http, string? token)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (token is not null && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return CryptographicOperations.FixedTimeEquals(
                SHA256.HashData(Encoding.UTF8.GetBytes(header[Bearer.Length..].Trim())), SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        }

        return http.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(ClientAddress.Normal(peer))
            && !Array.Exists(Forwarding, http.Request.Headers.ContainsKey);
    }

    private static void WriteTraffic(MetricsText text, Traffic traffic)
    {
        text.Family("postcard_http_requests_total", "counter", "Requests that were answered, by route and status.");
        foreach (var route in traffic.All)
        {
            for (var status = 1; status <= 5; status++)
            {
                // The first failure must be seen as a change.
                if (route.Of(status) is var count && (count > 0 || status == 5))
                {
                    text.Sample("postcard_http_requests_total", count, ("method", route.Method), ("route", route.Route), ("status", $"{status}xx"));
                }
            }
        }

        text.Family("postcard_http_request_duration_seconds", "histogram", "From the request's head to the end of its reply.");
        foreach (var route in traffic.All.Where(route => Enumerable.Range(1, 5).Any(status => route.Of(status) > 0)))
        {
            long[] counts = [.. Enumerable.Range(0, Traffic.Bounds.Length + 1).Select(route.In)];
            text.Histogram("postcard_http_request_duration_seconds", Traffic.Bounds, counts, route.Seconds, ("method", route.Method), ("route", route.Route));
        }

        text.Single("postcard_http_sent_bytes_total", "counter", "Bytes of replies.", traffic.Sent);
        text.Single("postcard_http_connections", "gauge", "Open connections.", traffic.Connections);
    }

    private static void WriteApp(MetricsText text, App app)
    {
        text.Single("postcard_store_queue", "gauge", "Reads and changes that wait for the database.", app.Store.Waiting);
        text.Single("postcard_store_up", "gauge", "1 when the database takes changes.", app.Store.IsReady ? 1 : 0);
        text.Family("postcard_media_queue", "gauge", "Pictures and sounds that wait for a core or have one, by kind.");
        text.Sample("postcard_media_queue", app.Pictures.Pending, ("kind", "picture"));
        text.Sample("postcard_media_queue", app.Sounds.Pending, ("kind", "sound"));
        text.Single("postcard_checks_waiting", "gauge", "Cards in the queue of checks by WeChat, as counted within the last minute or two.", app.Store.Checks.Waiting);
        text.Single("postcard_uploads_open", "gauge", "Uploads that are being received or worked on.", app.Uploading.Open);
        text.Single("postcard_disk_free_bytes", "gauge", "Free disk of the data directory.", app.Store.Files.FreeBytes);
        text.Single("postcard_disk_floor_bytes", "gauge", "Free disk below which uploads are refused.", app.Settings.MinFreeMegabytes * 1048576.0);
        text.Single("postcard_access_log_dropped_total", "counter", "Lines of the access log that nobody took in time.", app.AccessLog?.Dropped ?? 0);
        text.Family("postcard_build_info", "gauge", "The version that runs.");
        text.Sample("postcard_build_info", 1, ("version", ProgramVersion.Text), ("runtime", Environment.Version.ToString()));
    }

    private static async Task WritePendingAsync(MetricsText text, Store store)
    {
        try
        {
            var pending = await store.ReviewReads.CountPendingAsync(MostPending);
            text.Single("postcard_review_waiting", "gauge", $"Cards that wait for the plaza, for WeChat or for an admin; {MostPending} stands for more.", pending);
        }
        catch (Exception e) when (e is StorageDamagedException or StorageUnavailableException or DatabaseBusyException)
        {
            // What else is told says so.
        }
    }

    private static void WriteProcess(MetricsText text)
    {
        text.Single("process_cpu_seconds_total", "counter", "CPU time of the process.", Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Single("process_resident_memory_bytes", "gauge", "Memory of the process.", Environment.WorkingSet);
        text.Single("process_open_fds", "gauge", "Open files and connections.", Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
        text.Single("process_threads", "gauge", "Threads of the process.", Directory.EnumerateDirectories("/proc/self/task").Count());
        text.Single("process_start_time_seconds", "gauge", "When the process began, as Unix time.", StartTime);
        text.Single("dotnet_heap_bytes", "gauge", "Managed memory in use.", GC.GetTotalMemory(forceFullCollection: false));
        text.Single("dotnet_allocated_bytes_total", "counter", "Managed memory ever taken.", GC.GetTotalAllocatedBytes());
        text.Single("dotnet_gc_pause_seconds_total", "counter", "Time in pauses of the garbage collector.", GC.GetTotalPauseDuration().TotalSeconds);
        text.Family("dotnet_gc_collections_total", "counter", "Garbage collections, by generation.");
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            text.Sample("dotnet_gc_collections_total", GC.CollectionCount(generation), ("generation", generation.ToString(CultureInfo.InvariantCulture)));
        }

        text.Single("dotnet_threadpool_queue", "gauge", "Work that waits for a thread of the pool.", ThreadPool.PendingWorkItemCount);
    }

    private static readonly double StartTime = Math.Floor(new DateTimeOffset(System.Diagnostics.Process.GetCurrentProcess().StartTime).ToUnixTimeMilliseconds() / 1000.0);
}
