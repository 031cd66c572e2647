using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Postcard.Commands;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

public sealed class DoctorCommandTests : IDisposable
{
    private const string Secret = "5ecret-that-must-not-show";

    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Doctor_NothingThereYet_LooksAtAllAndMakesNothing()
    {
        var findings = await FindingsAsync("--dev");

        Assert.All(
            ["settings", "address", "identity", "server", "data directory", "clock", "open files", "pictures", "sounds", "WeChat"],
            check => Assert.Equal("ok", Assert.Single(findings, finding => finding.Check == check).Grade));
        Assert.Empty(Directory.GetFileSystemEntries(_shell.Folder.Path));
    }

    [Fact]
    public async Task Doctor_AsText_IsATableWithASum()
    {
        var outcome = await _shell.RunAsync("doctor", "--dev");

        Assert.StartsWith("GRADE ", outcome.Out);
        Assert.Contains("libvips ", outcome.Out);
        Assert.Contains("LAME ", outcome.Out);
        Assert.Matches(@"\n\d+ ok, \d+ warnings, \d+ failed\n$", outcome.Out);
    }

    [Fact]
    public async Task Doctor_BesideARunningServer_FindsItAndLeavesItBe()
    {
        await using var serving = await _shell.ServeAsync(Shell.OnLoopback);
        var before = serving.Error.ToString();
        var findings = await FindingsAsync("--dev");

        Assert.Contains(findings, finding => finding.Check == "server" && finding.Text.StartsWith("a server runs", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding is { Check: "data directory", Grade: "ok" });
        Assert.Contains(findings, finding => finding is { Check: "files in it", Grade: "ok" });
        (await _shell.RunAsync("template", "list")).Done();
        Assert.Equal(before, serving.Error.ToString());
    }

    [Fact]
    public async Task Doctor_DirectoryForOthers_FailsWithWhatToDo()
    {
        Directory.CreateDirectory(_shell.Folder["data"], (UnixFileMode)0b111_101_101);
        var outcome = await _shell.RunAsync("doctor", "--dev");

        Assert.Equal(1, outcome.Code);
        Assert.Contains(outcome.OutLines, line => line.StartsWith("failed ", StringComparison.Ordinal) && line.Contains($"chmod 700 {_shell.Folder["data"]}"));
    }

    [Fact]
    public async Task Doctor_FileForOthers_IsAWarning()
    {
        Directory.CreateDirectory(_shell.Folder["data"], (UnixFileMode)0b111_000_000);
        File.SetUnixFileMode(_shell.Folder.Write("data/postcard.db", ""), (UnixFileMode)0b110_100_100);

        Assert.Contains(await FindingsAsync("--dev"), finding => finding is { Check: "files in it", Grade: "warning" } && finding.Text.Contains("postcard.db"));
    }

    [Fact]
    public async Task Root_WhereAnotherUserServes_IsWarnedAndWritesNothing()
    {
        Assert.SkipUnless(Posix.User == 0, "Only root may give files away.");
        _shell.Folder.Write("cover.jpg", Samples.Picture());
        (await _shell.RunAsync("template", "add", "--image", "cover.jpg")).Done();
        Assert.Equal((0, ""), await ToolRun.RunAsync("chown", "-R", "12345", _shell.Folder["data"]));
        var before = File.GetLastWriteTimeUtc(_shell.Folder["data/postcard.wal"]);

        Assert.Contains("belongs to another user", (await _shell.RunAsync("template", "list")).Failed());
        Assert.Contains(await FindingsAsync("--dev"), finding => finding is { Check: "data directory", Grade: "warning" } && finding.Text.Contains("user 12345"));
        Assert.Equal(before, File.GetLastWriteTimeUtc(_shell.Folder["data/postcard.wal"]));
    }

    [Fact]
    public async Task Doctor_DataDirectoryIsAFile_Fails()
    {
        _shell.Folder.Write("data", "");

        Assert.Contains(await FindingsAsync("--dev"), finding => finding is { Check: "data directory", Grade: "failed" });
    }

    [Fact]
    public async Task Doctor_TooLittleSpace_NamesTheFloor()
    {
        _shell.Environment["POSTCARD_MIN_FREE_MEGABYTES"] = "1000000";

        Assert.Contains(await FindingsAsync("--dev"), finding => finding is { Check: "free space", Grade: "failed" } && finding.Text.Contains("1000000 MB"));
    }

    [Fact]
    public async Task Doctor_MoreConnectionsThanFiles_Fails()
    {
        _shell.Environment["POSTCARD_MAX_CONNECTIONS"] = "1000000";
        Assert.SkipWhen(long.TryParse(File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], out var hard) && hard > 1_000_000, "This user may open more files than that.");

        Assert.Contains(await FindingsAsync("--dev"), finding => finding is { Check: "open files", Grade: "failed" } && finding.Text.Contains("LimitNOFILE="));
    }

    [Theory]
    [InlineData("address", "warning")]
    [InlineData("address", "ok", "--trusted-proxies", "10.0.0.0/8")]
    [InlineData("address", "warning", "--listen", "127.0.0.1")]
    [InlineData("address", "ok", "--listen", "127.0.0.1", "--trusted-proxies", "127.0.0.1")]
    [InlineData("server", "ok")]
    [InlineData("review", "warning", "--moderation", "wechat")]
    [InlineData("review", "warning", "--moderation", "off")]
    [InlineData("review", "ok", "--moderation", "manual")]
    [InlineData("dev", "warning", "--dev")]
    [InlineData("backups", "warning", "--backup-dir", "nowhere")]
    public async Task Doctor_Settings_AreJudged(string check, string grade, params string[] flags)
    {
        Assert.Contains(
            await FindingsAsync(["--wechat-appid", "wx1", "--wechat-secret", "s1", "--wechat-api", "http://127.0.0.1:1", .. flags]),
            finding => finding.Check == check && finding.Grade == grade);
    }

    [Fact]
    public async Task Doctor_StoreThatNobodyServes_Fails()
    {
        await using (await _shell.ServeAsync(Shell.OnLoopback))
        {
            Assert.Contains(await FindingsAsync(Shell.OnLoopback), finding => finding is { Check: "server", Grade: "ok" or "warning" });
        }

        Assert.Contains(await FindingsAsync(Shell.OnLoopback), finding => finding is { Check: "server", Grade: "failed" });
    }

    [Theory]
    [InlineData("backups/postcard-20260101-000000.tar.gz.damaged", "damaged")]
    [InlineData("backups", "is a file")]
    public async Task Doctor_BackupsThatHelpNobody_Fail(string path, string why)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_shell.Folder[path])!);
        _shell.Folder.Write(path, "x");

        Assert.Contains(
            await FindingsAsync([.. Shell.OnLoopback, "--backup-dir", _shell.Folder["backups"]]),
            finding => finding is { Check: "backups", Grade: "failed" } && finding.Text.Contains(why));
    }

    [Fact]
    public async Task Doctor_SettingsWithProblems_NamesThemAndLooksOn()
    {
        _shell.Folder.Write("postcard.json", $$"""{"tempHours": "soon", "wechat": {"appid": "wx1", "secret": "{{Secret}} and more"} }""");
        var findings = await FindingsAsync();

        Assert.Contains(findings, finding => finding is { Check: "settings", Grade: "failed" } && finding.Text.StartsWith("tempHours: ", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding is { Check: "settings", Grade: "failed" } && finding.Text.StartsWith("wechat.secret: ", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.Check == "pictures");
        Assert.DoesNotContain(findings, finding => finding.Text.Contains(Secret));
    }

    [Fact]
    public async Task Doctor_WeChatOutOfReach_FailsWithoutTheSecret()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var outcome = await _shell.RunAsync("doctor", "--wechat-appid", "wx1", "--wechat-secret", Secret, "--wechat-api", $"http://127.0.0.1:{port}");

        Assert.Equal(1, outcome.Code);
        Assert.Contains(outcome.OutLines, line => line.StartsWith("failed ", StringComparison.Ordinal) && line.Contains("127.0.0.1 is out of reach"));
        Assert.DoesNotContain(Secret, outcome.Out + outcome.Error);
    }

    [Theory]
    [InlineData(0, "ok", "takes the account")]
    [InlineData(40125, "failed", "wechat.secret")]
    [InlineData(40164, "failed", "add 203.0.113.7 to the IP whitelist")]
    [InlineData(45009, "failed", "45009")]
    public async Task Doctor_WeChatsAnswer_IsExplained(int errcode, string grade, string expected)
    {
        await using var weChat = await FakeWeChat.StartAsync();
        if (errcode != 0)
        {
            weChat.Answer(FakeWeChat.StableToken, FakeWeChat.Error(errcode, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1-2"));
        }

        var findings = await FindingsAsync("--wechat-appid", FakeWeChat.AppId, "--wechat-secret", FakeWeChat.Secret, "--wechat-api", weChat.Api);

        Assert.Contains(findings, finding => finding.Check == "WeChat" && finding.Grade == grade && finding.Text.Contains(expected));
        Assert.Contains(findings, finding => finding is { Check: "clock", Grade: "ok" } && finding.Text.Contains("as WeChat's"));
        Assert.DoesNotContain(findings, finding => finding.Text.Contains(FakeWeChat.Secret) || finding.Text.Contains("access-token"));
    }

    [Theory]
    [InlineData(1, "ok")]
    [InlineData(100, "failed")]
    public async Task Doctor_Backups_AreJudgedByAge(int hours, string grade)
    {
        Directory.CreateDirectory(_shell.Folder["backups"]);
        _shell.Folder.Write($"backups/postcard-{DateTime.UtcNow.AddHours(-hours):yyyyMMdd-HHmmss}.tar.gz", "");
        _shell.Folder.Write("backups/postcard-of-somebody.tar.gz", "");

        Assert.Contains(await FindingsAsync("--dev", "--backup-dir", "backups"), finding => finding.Check == "backups" && finding.Grade == grade);
    }

    [Fact]
    public async Task Doctor_BackupsOfAClockThatRanAhead_AreNamed()
    {
        Directory.CreateDirectory(_shell.Folder["backups"]);
        _shell.Folder.Write("backups/postcard-29990101-000000.tar.gz", "");

        Assert.Contains(await FindingsAsync("--dev", "--backup-dir", "backups"), finding =>
            finding is { Check: "backups", Grade: "warning" } && finding.Text.Contains("postcard-29990101-000000.tar.gz says a time to come"));
    }

    private async Task<List<(string Check, string Grade, string Text)>> FindingsAsync(params string[] args)
    {
        var outcome = await _shell.RunAsync(["doctor", "--json", .. args]);
        using var json = JsonDocument.Parse(outcome.Out);
        var findings = json.RootElement.GetProperty("checks").EnumerateArray()
            .Select(each => (each.GetProperty("check").GetString()!, each.GetProperty("grade").GetString()!, each.GetProperty("text").GetString()!)).ToList();
        Assert.Equal("", outcome.Error);
        Assert.Equal(findings.Any(finding => finding.Item2 == "failed") ? 1 : 0, outcome.Code);
        return findings;
    }
}
