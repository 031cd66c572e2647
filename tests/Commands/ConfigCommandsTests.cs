using System.Text.Json;
using Postcard.Configuration;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

public sealed class ConfigCommandsTests : IDisposable
{
    private const string Secret = "5ecret-that-must-not-show";

    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Show_NothingGiven_ListsEverySettingAtItsDefaultAndMakesNothing()
    {
        var outcome = (await _shell.RunAsync("config", "show", "--dev")).Done();

        Assert.Equal(SettingsTable.All.Select(setting => setting.Name), outcome.OutLines.Skip(1).Select(line => line.Split(' ')[0]));
        Assert.All(outcome.OutLines.Where(line => !line.StartsWith("dev ", StringComparison.Ordinal)).Skip(1), line => Assert.EndsWith("  default", line));
        Assert.Empty(Directory.GetFileSystemEntries(_shell.Folder.Path));
    }

    [Fact]
    public async Task Show_ValuesFromEverywhere_NamesTheirPlaces()
    {
        var file = _shell.Folder.Write("postcard.json", """{"port": 7070, "tempHours": 3, "roles": [{"id": 1, "name": "学生"}], "wechat": {"appid": "wx1"}}""");
        var secret = _shell.Folder.Write("secret", Secret + "\n");
        _shell.Environment["POSTCARD_TEMP_HOURS"] = "4";
        var settings = await SettingsAsync("--listen", "::1", "--wechat-secret-file", "secret");

        Assert.Equal(("7070", "file", file), settings["port"]);
        Assert.Equal(("4", "variable", "POSTCARD_TEMP_HOURS"), settings["tempHours"]);
        Assert.Equal(("::1", "flag", "--listen"), settings["listen"]);
        Assert.Equal(("1=学生", "file", file), settings["roles"]);
        Assert.Equal(("********", "flag", secret), settings["wechat.secret"]);
        Assert.Equal(("manual", "default", "default"), settings["moderation"]);
    }

    [Theory]
    [InlineData]
    [InlineData("--json")]
    public async Task Show_Secrets_AreMasked(params string[] flags)
    {
        foreach (var setting in SettingsTable.All.Where(setting => setting.IsSecret))
        {
            _shell.Environment[setting.Variable] = "5ecretKeyOfExactlyFortyThreeCharactersABCDE";
        }

        var outcome = (await _shell.RunAsync(["config", "show", "--wechat-appid", "wx1", .. flags])).Done();

        Assert.DoesNotContain("5ecret", outcome.Out);
        Assert.Equal(SettingsTable.All.Count(setting => setting.IsSecret), outcome.Out.Split("********").Length - 1);
    }

    [Fact]
    public async Task Show_WithProblems_ShowsTheRestAndNamesThem()
    {
        _shell.Folder.Write("postcard.json", $$"""{"tempHours": "soon", "port": 7070, "wechat": {"secret": "{{Secret}} and more"} }""");
        var outcome = await _shell.RunAsync("config", "show");

        Assert.Equal(1, outcome.Code);
        Assert.Contains(outcome.OutLines, line => line.StartsWith("port ", StringComparison.Ordinal) && line.Contains("7070"));
        Assert.All(["tempHours", "wechat.secret", "wechat.appid"], name => Assert.Contains($"postcard: {name}: ", outcome.Error));
        Assert.DoesNotContain(Secret, outcome.Out + outcome.Error);
    }

    [Fact]
    public async Task ShowJson_WithProblems_HoldsThem()
    {
        var outcome = await _shell.RunAsync("config", "show", "--json", "--port", "99999");

        Assert.Equal(2, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Out);
        Assert.Contains(json.RootElement.GetProperty("problems").EnumerateArray(),
            problem => problem.GetProperty("setting").GetString() == "port" && problem.GetProperty("place").GetString() == "--port");
    }

    private async Task<Dictionary<string, (string? Value, string? Source, string? Place)>> SettingsAsync(params string[] args)
    {
        using var json = JsonDocument.Parse((await _shell.RunAsync(["config", "show", "--json", .. args])).Done().Out);
        return json.RootElement.GetProperty("settings").EnumerateArray().ToDictionary(
            each => each.GetProperty("name").GetString()!,
            each => (each.GetProperty("value").GetString(), each.GetProperty("source").GetString(), each.GetProperty("place").GetString()));
    }
}
