using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Postcard.Jobs;
using Postcard.Tests.Support;

namespace Postcard.Tests.Deploy;

/// <summary>What the dashboard and the alerts ask for is what a server tells.</summary>
public sealed partial class MonitoringTests
{
    [Fact]
    public async Task Expressions_OfDashboardAndAlerts_NameMetricsThatThereAre()
    {
        await using var server = await PostcardServer.StartAsync();
        var alice = await server.LogInAsync("alice");
        (await alice.UploadAsync("image", Samples.Picture(64, 64))).Ok();
        (await alice.PostAsync("/postcard/card", """{"title":"t","content":"c","img":true}""")).Ok();
        Assert.NotNull(JobsMeter.Backups); // the server has made none
        var text = Encoding.UTF8.GetString((await server.Stranger().GetAsync("/metrics")).Body);
        var told = text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')).SelectMany(words =>
            words[3] == "histogram" ? [$"{words[2]}_bucket", $"{words[2]}_sum", $"{words[2]}_count"] : new[] { words[2] }).ToHashSet();
        var asked = Expressions().SelectMany(expression => Metric().Matches(expression).Select(match => match.Value)).ToList();

        Assert.True(asked.Count > 40);
        Assert.All(asked, name => Assert.Contains(name, told));
    }

    [Fact]
    public async Task Counters_WhoseIncreaseAlertsAskFor_HaveASampleBeforeTheFirst()
    {
        using var folder = new TempFolder();
        await using var server = await PostcardServer.StartAsync(new Settings { Backup = new() { Dir = folder["backups"] } });
        var lines = Encoding.UTF8.GetString((await server.Stranger().GetAsync("/metrics")).Body).Split('\n');
        var asked = Expressions().SelectMany(expression => Increase().Matches(expression).Select(match => match.Groups[1].Value)).Distinct().ToList();

        Assert.True(asked.Count >= 3);
        Assert.All(asked, name => Assert.Contains(lines, line => line.StartsWith(name + ' ', StringComparison.Ordinal) || line.StartsWith(name + '{', StringComparison.Ordinal)));
        Assert.Contains("""postcard_http_requests_total{method="POST",route="/postcard/card",status="5xx"} 0""", lines);
    }

    [Fact]
    public void Alerts_OfBackups_AlsoSeeDamagedOnes() =>
        Assert.Contains(Expressions(), expression => expression.Contains("or postcard_backup_ok == 0 or", StringComparison.Ordinal));

    [Fact]
    public void Dashboard_HasPanelsThatDoNotOverlap()
    {
        var places = Panels().Select(panel => panel.GetProperty("gridPos")).Select(place => (X: Number(place, "x"), Y: Number(place, "y"), W: Number(place, "w"), H: Number(place, "h"))).ToList();

        Assert.All(places, place => Assert.InRange(place.X + place.W, 1, 24));
        Assert.Equal(places.Sum(place => place.W * place.H), places.SelectMany(place =>
            from x in Enumerable.Range(place.X, place.W) from y in Enumerable.Range(place.Y, place.H) select (x, y)).Distinct().Count());

        static int Number(JsonElement place, string name) => place.GetProperty(name).GetInt32();
    }

    private static IEnumerable<string> Expressions() =>
        Panels().SelectMany(panel => panel.GetProperty("targets").EnumerateArray().Select(target => target.GetProperty("expr").GetString()!))
            .Concat(File.ReadLines(Readme.PathOf("deploy/alerts.yml")).Where(line => line.Contains("expr: ", StringComparison.Ordinal)));

    private static IEnumerable<JsonElement> Panels() =>
        JsonDocument.Parse(File.ReadAllText(Readme.PathOf("deploy/grafana-postcard.json"))).RootElement.GetProperty("panels").EnumerateArray();

    [GeneratedRegex(@"increase\((\w+)")]
    private static partial Regex Increase();

    [GeneratedRegex(@"\b(postcard|process|dotnet)_\w+")]
    private static partial Regex Metric();
}
