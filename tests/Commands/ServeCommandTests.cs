using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

public sealed partial class ServeCommandTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Serve_Dev_PrintsAddressDataCodecsAndEndsWithZero()
    {
        await AddTemplateAsync();
        await using var serving = await _shell.ServeAsync("--dev");

        Assert.Contains("Postcard 1.1.0", serving.Banner);
        Assert.Matches(@"http://127\.0\.0\.1:\d+\n", serving.Banner);
        Assert.Contains(_shell.Folder["data"], serving.Banner);
        Assert.Matches(@"libvips \d", serving.Banner);
        Assert.Matches(@"LAME \d", serving.Banner);
        Assert.Equal(0, await serving.StopAsync());
    }

    [Fact]
    public async Task Serve_DevBannersSession_WorksWhenPasted()
    {
        await AddTemplateAsync();
        await using var serving = await _shell.ServeAsync("--dev");
        using var http = new HttpClient();
        var variables = new Dictionary<string, string>();
        foreach (Match command in CurlCommand().Matches(serving.Banner))
        {
            var reply = await CurlAsync(http, command.Groups["curl"].Value, variables);
            if (command.Groups["name"].Value is { Length: > 0 } name)
            {
                variables[name] = Regex.Match(reply, $".*\"{command.Groups["field"].Value}\":\"([^\"]*)\"").Groups[1].Value;
                Assert.NotEqual("", variables[name]);
            }
        }

        Assert.Equal(["CARD", "TOKEN"], variables.Keys.Order());
    }

    [Fact]
    public async Task Serve_WithWeChat_PrintsOneLineWithoutTheSecret()
    {
        const string Secret = "5ecret-that-must-not-show";
        _shell.Folder.Write("secret", Secret + "\n");
        await using var serving = await _shell.ServeAsync(
            "--listen", "127.0.0.1", "--wechat-appid", "wx1", "--wechat-secret-file", "secret", "--data", "d");

        Assert.Matches($@"^Postcard 1\.1\.0 on http://127\.0\.0\.1:\d+, data in {Regex.Escape(_shell.Folder["d"])} \(.+\)\n$", serving.Banner);
        Assert.Equal(0, await serving.StopAsync());
        Assert.DoesNotContain(Secret, serving.Banner + serving.ErrorText);
    }

    /// <summary>Standard output is the access log's: a collector takes each of its lines for JSON.</summary>
    [Fact]
    public async Task Serve_WithJsonLogs_AnnouncesItselfInTheLogOnly()
    {
        _shell.Environment["POSTCARD_LOG_FORMAT"] = "json";
        await using var serving = _shell.StartServing(Shell.OnLoopback);
        await Until.EqualAsync(true, () => Task.FromResult(serving.ErrorText.Contains("Postcard 1.1.0 on http", StringComparison.Ordinal)));

        Assert.Equal("", serving.Banner);
        Assert.All(serving.ErrorText.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => JsonDocument.Parse(line));
    }

    [Fact]
    public async Task Serve_PortInUse_IsOneLine()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Assert.Contains($"port {port} is in use", (await _shell.RunAsync(["serve", .. Shell.OnLoopback, "--port", $"{port}"])).Failed());
    }

    [Fact]
    public async Task Serve_AddressOfAnotherMachine_IsOneLine() => Assert.Contains(
        "192.0.2.1 is not an address of this machine", (await _shell.RunAsync(["serve", .. Shell.OnLoopback[2..], "--port", "0", "--listen", "192.0.2.1"])).Failed());

    [Fact]
    public async Task Serve_DataDirectoryOfAnotherServer_IsOneLine()
    {
        await using var serving = await _shell.ServeAsync(Shell.OnLoopback);

        Assert.Contains(_shell.Folder["data"], (await _shell.RunAsync("serve", "--dev", "--port", "0")).Failed());
        Assert.Equal(0, await serving.StopAsync());
    }

    [Fact]
    public async Task Serve_DataDirectoryThatIsAFile_IsOneLine()
    {
        var file = _shell.Folder.Write("file", "");

        Assert.Contains(file, (await _shell.RunAsync("serve", "--dev", "--port", "0", "--data", "file")).Failed());
    }

    /// <summary>One template is quicker than the built-in ones, which are drawn for an empty store.</summary>
    private async Task AddTemplateAsync()
    {
        _shell.Folder.Write("cover.jpg", Samples.Picture());
        (await _shell.RunAsync("template", "add", "--image", "cover.jpg")).Done();
    }

    /// <summary>Does what curl would, with the flags that the banner uses; they are not many.</summary>
    private static async Task<string> CurlAsync(HttpClient http, string line, Dictionary<string, string> variables)
    {
        foreach (var (name, value) in variables)
        {
            line = line.Replace($"${name}", value, StringComparison.Ordinal);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, Regex.Match(line, @"http://\S+").Value);
        if (Regex.Match(line, "-d '([^']*)'") is { Success: true } body)
        {
            request.Method = HttpMethod.Post;
            request.Content = new StringContent(body.Groups[1].Value, Encoding.UTF8, "application/x-www-form-urlencoded");
        }

        if (Regex.Match(line, "-H \"token: ([^\"]*)\"") is { Success: true } token)
        {
            request.Headers.Add("token", token.Groups[1].Value);
        }

        using var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var isJson = response.Content.Headers.ContentType?.MediaType is "application/json";
        Assert.Equal(!line.Contains("-o ", StringComparison.Ordinal), isJson);
        var text = await response.Content.ReadAsStringAsync();
        return isJson && JsonDocument.Parse(text).RootElement.GetProperty("success").GetInt32() == 1 ? text : "";
    }

    // Either "curl …" or "NAME=$(curl … | sed 's/.*"field":…')".
    [GeneratedRegex("""^\s+(?:(?<name>[A-Z]+)=\$\()?(?<curl>curl [^|\n]*)(?: \| sed 's/\.\*"(?<field>[a-z]+)":.*\))?$""", RegexOptions.Multiline)]
    private static partial Regex CurlCommand();
}
