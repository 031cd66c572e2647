using System.CommandLine.Invocation;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Postcard.Commands;
using Postcard.Configuration;
using Postcard.Endpoints;
using Postcard.Endpoints.Http;
using Postcard.Tests.Media;
using Postcard.Tests.Support;

namespace Postcard.Tests;

/// <summary>What the READMEs say is what the code does, and they say the same.</summary>
public sealed partial class ReadmeTests
{
    private const string English = "README.md", Chinese = "README.zh-CN.md";

    [Fact]
    public void Code_InBothLanguages_IsTheSameButForComments()
    {
        Assert.Equal(Blocks(English), Blocks(Chinese));

        static IEnumerable<CodeBlock> Blocks(string name) => new Readme(name).Blocks
            .Where(block => block.Language != "")
            .Select(block => block with { Text = Comment().Replace(block.Text, "") });
    }

    [Fact]
    public void HeadingsAndTables_InBothLanguages_SayTheSame()
    {
        Assert.Equal(Levels(English), Levels(Chinese));
        Assert.Equal(Codes(English), Codes(Chinese));

        static IEnumerable<int> Levels(string name) => new Readme(name).Headings.Select(heading => heading.IndexOf(' '));

        static IEnumerable<string> Codes(string name) => new Readme(name).Rows.Select(row => string.Join(' ', row.SelectMany(Readme.CodesIn).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(English)]
    [InlineData(Chinese)]
    public void LinksWithin_LeadToHeadings(string name)
    {
        var readme = new Readme(name);
        var anchors = readme.Headings.Select(AnchorOf).ToHashSet();
        var links = readme.Prose.SelectMany(line => Anchor().Matches(line)).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.Contains(link, anchors));

        static string AnchorOf(string heading) => string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');
    }

    [Fact]
    public async Task CurlLines_InTheirOrder_AnswerWith200()
    {
        await using var server = await PostcardServer.StartAsync(new Settings { Dev = true });
        var phone = server.Stranger();
        var variables = new Dictionary<string, string>();
        var calls = new Readme(English).Commands.Where(line => line.StartsWith("curl ", StringComparison.Ordinal)).ToList();
        foreach (var line in calls)
        {
            var call = new CurlCall([.. CurlCall.Words(line, variables).Skip(1)]);
            var reply = await call.SendAsync(phone, FileNamed);
            Assert.True((int)reply.Status == 200, $"{line}\n{(int)reply.Status}");
            if (call.Output is { } output)
            {
                Assert.Equal(
                    Path.GetExtension(output) switch { ".jpg" => "image/jpeg", ".zip" => "application/zip", ".txt" => "text/plain", _ => "audio/mpeg" }, reply.ContentHeaders.ContentType?.MediaType);
                continue;
            }

            var data = reply.Ok();
            switch (call)
            {
                case { Method: "POST", Path: "/postcard/access" }:
                    variables["TOKEN"] = data.GetProperty("token").GetString()!;
                    break;
                case { Method: "POST", Path: "/postcard/card" }:
                    variables["ID"] = data.GetProperty("id").GetString()!;
                    break;
            }
        }

        Assert.Equal(["ID", "TOKEN"], variables.Keys.Order());
    }

    [Fact]
    public void PostcardLines_AreUnderstoodByTheCommandLine()
    {
        var readme = new Readme(English);
        var units = readme.Blocks.Where(block => block.Language == "ini").SelectMany(block => block.Text.Split('\n'))
            .Where(line => line.StartsWith("ExecStart=", StringComparison.Ordinal)).Select(line => line["ExecStart=/usr/local/bin/".Length..].Replace("${CREDENTIALS_DIRECTORY}", "/run", StringComparison.Ordinal));
        var runs = readme.Commands.Where(line => line.StartsWith("dotnet run ", StringComparison.Ordinal) && !line.Contains("--project", StringComparison.Ordinal))
            .Select(line => "postcard" + line[(line.IndexOf(" -- ", StringComparison.Ordinal) + 3)..]);
        var lines = readme.Commands.Where(line => line.StartsWith("postcard ", StringComparison.Ordinal)).Concat(units).Concat(runs).ToList();

        Assert.True(lines.Count > 5);
        Assert.All(lines, line =>
        {
            var around = new Surroundings(new Dictionary<string, string>(), TextWriter.Null, TextWriter.Null, Path.GetTempPath());
            var parsed = CommandLine.Parse([.. CurlCall.Words(line, new Dictionary<string, string>()).Skip(1)], around);
            Assert.Empty(parsed.Errors);
            Assert.IsNotType<ParseErrorAction>(parsed.Action, exactMatch: false);
        });
    }

    [Fact]
    public void MiniProgramCalls_GoToRoutes()
    {
        var routes = Routes.All.Select(route => $"{route.Method} {route.Path}").ToHashSet();
        var code = string.Join('\n', new Readme(English).Blocks.Where(block => block.Language == "js").Select(block => block.Text));
        var calls = WxCall().Matches(code).Select(match => $"{match.Groups[1].Value} {PathOf(match.Groups[2].Value)}")
            .Concat(WxUpload().Matches(code).Select(match => $"POST {match.Groups[1].Value}")).ToList();

        Assert.True(calls.Count > 12);
        Assert.All(calls, call => Assert.Contains(call, routes));

        static string PathOf(string expression) => Number().Replace(Joined().Replace(expression, "{id}").Trim('\'').Split('?')[0], "/{id}");
    }

    [Theory]
    [InlineData(English, "admin")]
    [InlineData(Chinese, "管理员")]
    public void RouteTable_HoldsEveryRouteAndWhoMayCallIt(string name, string admin)
    {
        var rows = new Readme(name).Rows.Where(row => row.Count == 4 && row[1].StartsWith("`/", StringComparison.Ordinal));
        var told = rows.SelectMany(row => Readme.CodesIn(row[0]).Select(method => (method, Path: Readme.CodesIn(row[1]).Single().Split('?')[0], Token: TokenOf(row[3]))));

        Assert.Equal(
            Routes.All.Where(route => route.Guard is not Guard.Control).Select(route => (route.Method, route.Path, Token: route.Guard switch { Guard.Open => "no", Guard.Admin => "admin", _ => "yes" })).Order(),
            told.Order());

        string TokenOf(string cell) => cell == "" ? "no" : cell.StartsWith(admin, StringComparison.Ordinal) ? "admin" : "yes";
    }

    [Theory]
    [InlineData(English)]
    [InlineData(Chinese)]
    public void SettingsTable_HoldsEverySettingWithItsNamesAndDefault(string name)
    {
        var rows = new Readme(name).Rows.Where(row => row.Count == 5 && row[2].StartsWith("`POSTCARD_", StringComparison.Ordinal));

        Assert.Equal(
            SettingsTable.All.Select(setting => (setting.Name, SettingsTable.Flags.Contains(setting) ? setting.Flag : "", setting.Variable, setting.Show(new Settings()))),
            rows.Select(row => (Code(row[0]), Code(row[1]), Code(row[2]), Code(row[3]))));

        static string Code(string cell) => string.Concat(Readme.CodesIn(cell));
    }

    [Theory]
    [InlineData(English)]
    [InlineData(Chinese)]
    public void DependencyTable_HoldsEveryPackageWithItsVersion(string name)
    {
        var references = Directory.GetFiles(Readme.PathOf(""), "*.csproj")
            .SelectMany(project => XDocument.Load(project).Descendants("PackageReference"))
            .Select(package => (Name: package.Attribute("Include")!.Value, Version: package.Attribute("Version")!.Value))
            .Distinct().Order();
        var rows = new Readme(name).Rows.Where(row => row.Count == 3 && char.IsAsciiDigit(row[1].FirstOrDefault()));

        Assert.Equal(references, rows.SelectMany(row => Readme.CodesIn(row[0]).Select(package => (Name: package, Version: row[1]))).Order());
    }

    private static byte[] FileNamed(string name) => name switch
    {
        "photo.jpg" => Samples.Picture(),
        "voice.mp3" => File.ReadAllBytes(SoundFiles.Sample("vbr.mp3")),
        _ => throw new FileNotFoundException(name),
    };

    [GeneratedRegex(" +# .*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\]\(#([^)]+)\)")]
    private static partial Regex Anchor();

    [GeneratedRegex(@"call\('(\w+)', ('[^']*'(?: \+ [\w.]+(?: \+ '[^']*')?)?)")]
    private static partial Regex WxCall();

    [GeneratedRegex(@"url: base \+ '([^']+)'")]
    private static partial Regex WxUpload();

    [GeneratedRegex(@"' \+ [\w.]+(?: \+ ')?")]
    private static partial Regex Joined();

    [GeneratedRegex(@"/\d+")]
    private static partial Regex Number();
}
