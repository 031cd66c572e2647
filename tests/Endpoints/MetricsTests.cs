using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Metrics_OfAServerThatWorked_AreWellFormedAndTellNothingOfUsers()
    {
        await using var server = await PostcardServer.StartAsync();
        var alice = await server.LogInAsync("openid-of-alice");
        (await alice.UploadAsync("image", Samples.Picture(64, 64))).Ok();
        var card = (await alice.PostAsync("/postcard/card", """{"title":"t","content":"secret words","img":true}""")).Ok().GetProperty("id").GetString()!;
        (await alice.GetAsync($"/postcard/card/{card}")).Ok();
        (await alice.GetAsync("/nothing/like/this")).Refused(404, "not_found");
        var text = await ReadAsync(server);

        AssertWellFormed(text);
        Assert.Equal(1, Value(text, """postcard_http_requests_total{method="GET",route="/postcard/card/{id}",status="2xx"}"""));
        Assert.Equal(1, Value(text, """postcard_http_requests_total{method="other",route="other",status="4xx"}"""));
        Assert.Equal(1, Value(text, """postcard_http_request_duration_seconds_bucket{method="GET",route="/postcard/card/{id}",le="+Inf"}"""));
        Assert.True(Value(text, "postcard_http_connections") >= 1);
        Assert.True(Value(text, "postcard_store_commits_total") >= 3);
        Assert.True(Value(text, "postcard_store_fsync_seconds_count") >= 3);
        Assert.True(Value(text, """postcard_media_jobs_total{kind="picture",outcome="done"}""") >= 1);
        Assert.True(Value(text, """postcard_uploads_total{kind="image"}""") >= 1);
        Assert.Equal(0, Value(text, """postcard_media_queue{kind="picture"}"""));
        Assert.True(Value(text, "postcard_disk_free_bytes") > 0);
        Assert.All(["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "dotnet_heap_bytes"], name => Assert.True(Value(text, name) > 0));
        Assert.All([card, "alice", "secret", alice.Token!, server.Settings.Data], secret => Assert.DoesNotContain(secret, text));
    }

    [Fact]
    public async Task Metrics_FromElsewhere_NeedTheToken()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { MetricsToken = "open-sesame" });
        var phone = server.Stranger();

        Assert.Equal(HttpStatusCode.OK, (await phone.GetAsync("/metrics")).Status);
        foreach (var header in (string[])["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
        {
            (await phone.GetAsync("/metrics", (header, "203.0.113.7"))).Refused(404, "not_found");
        }

        Assert.Equal(HttpStatusCode.OK, (await phone.GetAsync("/metrics", ("X-Forwarded-For", "203.0.113.7"), ("Authorization", "Bearer open-sesame"))).Status);
        (await phone.GetAsync("/metrics", ("X-Forwarded-For", "203.0.113.7"), ("Authorization", "Bearer open-sesam"))).Refused(404, "not_found");
        (await phone.GetAsync("/metrics", ("Authorization", "Bearer wrong"))).Refused(404, "not_found");
        await server.RestartAsync(settings => settings with { MetricsToken = null });
        (await phone.GetAsync("/metrics", ("X-Forwarded-For", "203.0.113.7"), ("Authorization", "Bearer "))).Refused(404, "not_found");
    }

    [Fact]
    public async Task Metrics_ThroughTheControlSocket_NeedNothing()
    {
        await using var server = await PostcardServer.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, cancel) => ControlSocket.ConnectAsync(server.Settings.Data, cancel) });

        AssertWellFormed(await http.GetStringAsync("http://localhost/metrics", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Refusals_AreCountedByWhatTheyCountAs()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { Rates = new() { WritesPerMinute = 1 } });
        var alice = await server.LogInAsync("alice");
        (await alice.PutAsync("/postcard/access", """{"wx_name":"a"}""")).Ok();
        (await alice.PutAsync("/postcard/access", """{"wx_name":"a"}""")).Refused(429, "rate_limited");

        Assert.True(Value(await ReadAsync(server), """postcard_limits_refused_total{limit="writes"}""") >= 1);
    }

    [Fact]
    public async Task Cards_ThatWaitForThePlaza_AreCounted()
    {
        await using var server = await ReviewedServer.StartAsync(byLink: true);
        await server.MakeAsync("可疑");
        await server.UntilDoneAsync();
        await server.MakeWithPictureAsync();
        var text = await ReadAsync(server.Server);

        Assert.Equal(2, Value(text, "postcard_review_waiting"));
    }

    [Fact]
    public void Instruments_OfEveryKind_AreRendered()
    {
        using var reader = new MeterReader();
        using var meter = new Meter("Postcard");
        meter.CreateCounter<int>("postcard.test.count", null, "Line\nbreak").Add(2, new KeyValuePair<string, object?>("kind", "a\"b"));
        meter.CreateUpDownCounter<long>("postcard.test.level").Add(-3);
        meter.CreateGauge<double>("postcard.test.size", "By").Record(1.5);
        meter.CreateObservableGauge("postcard.test.seen", () => 7L);
        meter.CreateObservableCounter("postcard.test.watched", () => 8L);
        var times = meter.CreateHistogram("postcard.test.time", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2] });
        times.Record(1);
        times.Record(5);
        var written = new MetricsText();
        reader.WriteTo(written);
        var text = Encoding.UTF8.GetString(written.ToUtf8());

        AssertWellFormed(text);
        Assert.Contains("# HELP postcard_test_count_total Line\\nbreak\n# TYPE postcard_test_count_total counter\npostcard_test_count_total{kind=\"a\\\"b\"} 2\n", text);
        Assert.Contains("postcard_test_level -3\n", text);
        Assert.Contains("# TYPE postcard_test_size_bytes gauge\npostcard_test_size_bytes 1.5\n", text);
        Assert.Contains("postcard_test_seen 7\n", text);
        Assert.Contains("# TYPE postcard_test_watched_total counter\npostcard_test_watched_total 8\n", text);
        Assert.Contains("""
            # TYPE postcard_test_time_seconds histogram
            postcard_test_time_seconds_bucket{le="1"} 1
            postcard_test_time_seconds_bucket{le="2"} 1
            postcard_test_time_seconds_bucket{le="+Inf"} 2
            postcard_test_time_seconds_sum 6
            postcard_test_time_seconds_count 2

            """, text);
    }

    private static async Task<string> ReadAsync(PostcardServer server)
    {
        var reply = await server.Stranger().GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", reply.ContentHeaders.ContentType?.ToString());
        return Encoding.UTF8.GetString(reply.Body);
    }

    private static double Value(string text, string sample) =>
        double.Parse(Assert.Single(text.Split('\n'), line => line.StartsWith(sample + " ", StringComparison.Ordinal))[(sample.Length + 1)..]);

    private static void AssertWellFormed(string text)
    {
        Assert.EndsWith("\n", text);
        var lines = text[..^1].Split('\n');
        Assert.All(lines, line => Assert.Matches(Line(), line));
        var families = lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToList();
        Assert.Equal(families.Distinct(), families);
        var samples = lines.Where(line => !line.StartsWith('#')).Select(line => line[..line.LastIndexOf(' ')]).ToList();
        Assert.Equal(samples.Distinct(), samples);
    }

    [GeneratedRegex("""^(# (HELP|TYPE) [a-z_][a-z0-9_]* .+|[a-z_][a-z0-9_]*(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? -?[0-9.E+-]+)$""")]
    private static partial Regex Line();
}
