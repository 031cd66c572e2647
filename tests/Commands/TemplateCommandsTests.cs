using System.Net.Sockets;
using System.Text.Json;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

public sealed class TemplateCommandsTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Template_AddListShowRemove_WorkWhetherTheServerRunsOrNot(bool runs)
    {
        await using var serving = runs ? await _shell.ServeAsync(Shell.OnLoopback) : null;
        _shell.Folder.Write("a.png", Samples.Picture(format: ".png"));
        _shell.Folder.Write("a.wav", Samples.Wav());

        Assert.Equal("1\n", (await _shell.RunAsync("template", "add", "--image", "a.png", "--audio", "a.wav", "--title", "春天 @x")).Done().Out);
        Assert.Equal("2\n", (await _shell.RunAsync("template", "add", "--image", "a.png")).Done().Out);
        Assert.Equal("ID  SOUND  TITLE\n1   yes    春天 @x\n2   -\n", (await _shell.RunAsync("template", "list")).Done().Out);
        var json = JsonDocument.Parse((await _shell.RunAsync("template", "list", "--json")).Done().Out).RootElement;
        Assert.Equal(["春天 @x", ""], json.EnumerateArray().Select(template => template.GetProperty("title").GetString()));
        Assert.Contains("春天 @x", (await _shell.RunAsync("template", "show", "1")).Done().Out);
        Assert.Equal("", (await _shell.RunAsync("template", "remove", "1")).Done().Out);
        Assert.Contains("template 1", (await _shell.RunAsync("template", "show", "1")).Failed());
        Assert.Contains("template 1", (await _shell.RunAsync("template", "remove", "1")).Failed());
    }

    [Fact]
    public async Task Template_AddedWhileTheServerRuns_IsServedAtOnceAndAfterARestart()
    {
        _shell.Folder.Write("a.jpg", Samples.Picture());
        await using (await _shell.ServeAsync(Shell.OnLoopback))
        {
            await _shell.RunAsync("template", "add", "--image", "a.jpg", "--title", "kept");
        }

        Assert.Contains("kept", (await _shell.RunAsync("template", "list")).Done().Out);
    }

    [Fact]
    public async Task Template_ListOfAStoppedServersEmptyStore_IsEmpty()
    {
        Directory.CreateDirectory(_shell.Folder["data"]);
        File.WriteAllBytes(_shell.Folder["data/postcard.db"], []);

        Assert.Equal("ID  SOUND  TITLE\n", (await _shell.RunAsync("template", "list")).Done().Out);
        Assert.Equal("[]\n", (await _shell.RunAsync("template", "list", "--json")).Done().Out);
    }

    [Fact]
    public async Task Template_ListOfMoreThanAPage_HasAll()
    {
        for (var i = 1; i <= 103; i++)
        {
            _shell.Folder.Write($"{i}.png", Samples.Picture(8, 8, format: ".png"));
        }

        Assert.EndsWith("added 103, there already 0, failed 0\n", (await _shell.RunAsync("template", "import", ".")).Done().Out);
        Assert.Equal(
            Enumerable.Range(1, 103).Select(i => $"{i}"),
            JsonDocument.Parse((await _shell.RunAsync("template", "list", "--json")).Done().Out).RootElement.EnumerateArray()
                .Select(template => template.GetProperty("title").GetString()));
    }

    [Theory]
    [InlineData("list")]
    [InlineData("show", "1")]
    [InlineData("remove", "1")]
    public async Task Template_DataDirectoryThatIsNotThere_IsNotMade(params string[] args)
    {
        Assert.Contains(_shell.Folder["typo"], (await _shell.RunAsync(["template", .. args, "--data", "typo"])).Failed());
        Assert.False(Directory.Exists(_shell.Folder["typo"]));
    }

    [Fact]
    public async Task Template_StaleSocket_IsNoHindrance()
    {
        _shell.Folder.Write("a.jpg", Samples.Picture());
        Directory.CreateDirectory(_shell.Folder["data"]);
        _shell.Folder.Write("data/postcard.sock", "");

        Assert.Equal("1\n", (await _shell.RunAsync("template", "add", "--image", "a.jpg")).Done().Out);
    }

    [Fact]
    public async Task Template_PathLongerThanASocketsAddress_Works()
    {
        var data = Path.Combine([.. Enumerable.Repeat("a-name-of-about-forty-characters-in-all", 5)]);
        _shell.Folder.Write("a.jpg", Samples.Picture());
        await using var serving = await _shell.ServeAsync([.. Shell.OnLoopback, "--data", data]);
        var id = (await _shell.RunAsync("template", "add", "--image", "a.jpg", "--title", "far", "--data", data)).Done().Out;

        Assert.Contains("far", (await _shell.RunAsync("template", "show", id.Trim(), "--data", data)).Done().Out);
    }

    [Fact]
    public async Task Template_ManyCommandsAtOnceWithoutAServer_TakeTurns()
    {
        _shell.Folder.Write("a.jpg", Samples.Picture(32, 32));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _shell.RunAsync("template", "add", "--image", "a.jpg")));

        Assert.Equal(["1\n", "2\n", "3\n", "4\n"], outcomes.Select(outcome => outcome.Done().Out).Order());
    }

    [Fact]
    public async Task Template_AddWhoseServerGoesAway_TakesNoOthersForItsOwn()
    {
        _shell.Folder.Write("a.jpg", Samples.Picture(32, 32));
        Assert.Equal("1\n", (await _shell.RunAsync("template", "add", "--image", "a.jpg")).Done().Out);
        var dying = DieOverARequestAsync(_shell.Folder["data/postcard.sock"]);

        Assert.Equal("2\n", (await _shell.RunAsync("template", "add", "--image", "a.jpg")).Done().Out);
        await dying;
    }

    [Theory]
    [InlineData("missing.jpg", null, "missing.jpg")]
    [InlineData("a.jpg", "missing.mp3", "missing.mp3")]
    [InlineData("folder", null, "folder")]
    [InlineData("text.jpg", null, "")]
    public async Task Template_AddOfAFileThatCannotBe_SaysSo(string image, string? audio, string expected)
    {
        _shell.Folder.Write("a.jpg", Samples.Picture());
        _shell.Folder.Write("text.jpg", "no picture");
        Directory.CreateDirectory(_shell.Folder["folder"]);
        string[] args = ["template", "add", "--image", image, .. audio is null ? Array.Empty<string>() : ["--audio", audio]];

        Assert.Contains(expected, (await _shell.RunAsync(args)).Failed());
    }

    [Fact]
    public async Task Template_BrokenSettings_FailBeforeAnythingIsDone()
    {
        _shell.Environment["POSTCARD_PORT"] = "x";

        Assert.Contains("port", (await _shell.RunAsync("template", "list")).Failed());
    }

    /// <summary>A server that is killed while it answers: the command looks whether it is there, and asks by a second connection.</summary>
    private static async Task DieOverARequestAsync(string path)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        (await listener.AcceptAsync(TestContext.Current.CancellationToken)).Dispose();
        using var asking = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await asking.ReceiveAsync(new byte[1024], TestContext.Current.CancellationToken);
        listener.Dispose();
    }
}
