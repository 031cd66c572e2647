using System.Text;
using System.Text.Json;
using Postcard.Commands;
using Postcard.Endpoints.Http;
using Postcard.Tests.Support;

namespace Postcard.Tests.Endpoints.Http;

public sealed class AccessLogTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AccessLog_OfACardsLife_HoldsNothingOfPeopleOrCards(bool json)
    {
        using var output = new StringWriter();
        string[] secrets;
        await using (var log = new AccessLog(output, json))
        await using (var server = await PostcardServer.StartAsync(new Settings { TrustedProxies = ["127.0.0.1"] }, access: log))
        {
            var alice = await server.LogInAsync("openid-of-alice");
            var card = (await alice.PostAsync("/postcard/card", """{"title":"t","content":"secret words"}""")).Ok().GetProperty("id").GetString()!;
            (await alice.GetAsync($"/postcard/card/{card}?token={alice.Token}", ("X-Forwarded-For", "203.0.113.77"))).Ok();
            (await alice.GetAsync($"/postcard/nowhere/{card}")).Refused(404, "not_found");
            secrets = [card, alice.Token!, "alice", "secret", "203.0.113.77", "127.0.0.1", "token", "nowhere"];
        }

        var text = output.ToString();
        var lines = text.TrimEnd('\n').Split('\n');
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, text));
        Assert.Equal(4, lines.Length);
        if (!json)
        {
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z access \S+ GET /postcard/card/\{id\} 200 \d+ \d+\.\d\dms 203\.0\.113\.0/24$", lines[2]);
            Assert.Matches(" other other 404 ", lines[3]);
            return;
        }

        var opened = JsonDocument.Parse(lines[2]).RootElement;
        Assert.Equal(("GET", "/postcard/card/{id}", 200), (opened.GetProperty("method").GetString(), opened.GetProperty("route").GetString(), opened.GetProperty("status").GetInt32()));
        Assert.Equal("203.0.113.0/24", opened.GetProperty("client").GetString());
        Assert.True(opened.GetProperty("bytes").GetInt64() > 100);
        Assert.NotEqual(opened.GetProperty("request").GetString(), JsonDocument.Parse(lines[1]).RootElement.GetProperty("request").GetString());
    }

    [Fact]
    public async Task Reader_WhoIsTooSlow_LosesLinesAndHoldsUpNobody()
    {
        using var gate = new ManualResetEventSlim();
        using var output = new SlowWriter(gate);
        var log = new AccessLog(output, json: false);
        for (var i = 0; i < 50_000; i++)
        {
            log.Add(new(default, "id", "GET", "/x", 200, 1, 1, null));
        }

        Assert.True(log.Dropped > 0);
        gate.Set();
        await log.DisposeAsync();
        Assert.Equal(50_000, output.Lines + log.Dropped);
    }

    [Fact]
    public async Task LogLine_WithinARequest_HoldsItsId()
    {
        using var output = new StringWriter();
        using var loggers = PlainLog.Create(output, new ManualTime(), json: true);
        await using var server = await RouteServer.StartAsync(new Route("POST", "/x", Guard.Open, Body.None, call =>
        {
            Microsoft.Extensions.Logging.LoggerExtensions.LogWarning(loggers.CreateLogger("x"), "He said \"hm\"\n");
            return Replies.OkAsync(call, new Text(call.Http.TraceIdentifier, ""));
        }));
        var id = (await server.PostAsync("/x", "", "X-Request-Id: mine")).Json.GetProperty("msg").GetString();

        var line = JsonDocument.Parse(Assert.Single(output.ToString().TrimEnd().Split('\n'))).RootElement;
        Assert.Equal((id, "warning", "He said \"hm\"\n"), (line.GetProperty("request").GetString(), line.GetProperty("level").GetString(), line.GetProperty("message").GetString()));
        Assert.Null(CurrentRequest.Id);
    }

    private sealed class SlowWriter(ManualResetEventSlim gate) : TextWriter
    {
        public int Lines { get; private set; }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(StringBuilder? value)
        {
            gate.Wait();
            Lines += value!.ToString().Count(c => c == '\n');
        }
    }
}
