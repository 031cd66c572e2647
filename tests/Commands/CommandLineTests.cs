using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private const string Secret = "5ecret-that-must-not-show";

    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Version_IsOneLineOnStandardOutput() => Assert.Equal("postcard 1.1.0\n", (await _shell.RunAsync("--version")).Done().Out);

    [Theory]
    [InlineData("--help", "serve", "template", "licenses", "--version", "Examples:", "postcard serve --dev")]
    [InlineData("serve --help", "--port", "--listen", "--data", "--config", "--wechat-appid", "--wechat-secret", "--wechat-secret-file", "--wechat-api",
        "--accept-openid", "--dev", "Examples:")]
    [InlineData("template --help", "add", "import", "list", "show", "remove")]
    [InlineData("template add --help", "--image", "--audio", "--title", "--data", "Examples:")]
    [InlineData("template import -h", "DIR", "--data", "Examples:")]
    [InlineData("template list --help", "--json", "--data")]
    [InlineData("template show --help", "ID", "--data")]
    [InlineData("template remove --help", "ID", "--data")]
    public async Task Help_ShowsWhatThereIs(string line, params string[] expected)
    {
        var help = (await _shell.RunAsync(line.Split(' '))).Done().Out;

        Assert.All(expected, text => Assert.Contains(text, help));
    }

    [Theory]
    [InlineData("", "Required command")]
    [InlineData("sevre", "did you mean serve?")]
    [InlineData("serve --prot 1", "did you mean --port?")]
    [InlineData("serve --port", "--port")]
    [InlineData("template", "Required command")]
    [InlineData("template add", "--image")]
    [InlineData("template show", "show")]
    [InlineData("template show abc", "number")]
    [InlineData("template show -1", "-1")]
    [InlineData("template list --data", "--data")]
    [InlineData("serve --port x", "port")]
    [InlineData("serve --dev --listen nowhere", "listen")]
    [InlineData("serve --accept-openid", "--accept-openid")]
    [InlineData("serve --dev true false", "too many")]
    public async Task WrongUsage_EndsWithTwoAndOneLine(string line, string expected)
    {
        _shell.Environment["POSTCARD_DEV"] = "1";
        var outcome = await _shell.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Contains(expected, outcome.Failed(2));
        Assert.Equal("", outcome.Out);
    }

    [Fact]
    public async Task Serve_WithoutWeChat_SaysWhatToGiveAndEndsWithOne()
    {
        var outcome = await _shell.RunAsync("serve");

        Assert.Equal(1, outcome.Code);
        Assert.Collection(
            outcome.ErrorLines,
            line => Assert.All(["--wechat-appid", "POSTCARD_WECHAT_APPID", "wechat.appid"], name => Assert.Contains(name, line)),
            line => Assert.All(["--wechat-secret", "POSTCARD_WECHAT_SECRET", "wechat.secret"], name => Assert.Contains(name, line)));
    }

    [Fact]
    public async Task Serve_ManyProblems_NamesAllAndNoSecret()
    {
        _shell.Folder.Write("postcard.json", $$"""{"tempHours": "soon", "colour": 1, "wechat": {"secret": "{{Secret}} and more"} }""");
        _shell.Environment["POSTCARD_MAX_CONNECTIONS"] = "-1";
        var outcome = await _shell.RunAsync("serve", "--port", "99999", "--wechat-secret", $"{Secret}\t");

        Assert.Equal(2, outcome.Code);
        Assert.All(["tempHours", "colour", "wechat.secret", "maxConnections", "port", "wechat.appid"], name => Assert.Contains($"postcard: {name}: ", outcome.Error));
        Assert.DoesNotContain(Secret, outcome.Out + outcome.Error);
    }

    [Theory]
    [InlineData("serve", "--dev", "--wechat-secert=" + Secret)]
    [InlineData("serve", "--dev", "--wechat-secert", Secret)]
    public async Task WrongFlag_WithASecret_IsNamedWithoutIt(params string[] args)
    {
        var outcome = await _shell.RunAsync(args);

        Assert.Contains("\"--wechat-secert\"; did you mean --wechat-secret?", outcome.Failed(2));
        Assert.DoesNotContain(Secret, outcome.Out + outcome.Error);
    }

    [Fact]
    public async Task Licenses_PrintsOursAndTheBundledOnes()
    {
        var text = (await _shell.RunAsync("licenses")).Done().Out;

        Assert.All(["MIT License", "LAME", "libvips", "LiteDB"], name => Assert.Contains(name, text));
    }
}
