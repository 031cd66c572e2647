using Postcard.Configuration;
using Postcard.Tests.Support;

namespace Postcard.Tests.Configuration;

public sealed class SettingsLoaderTests : IDisposable
{
    private const string Secret = "5ecret-that-must-not-show";

    private readonly TempFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Load_NothingGiven_IsTheDefaultsWithAnAbsoluteDataDirectory()
    {
        var loaded = Load();

        Assert.All(
            SettingsTable.All.Where(setting => setting != SettingsTable.Data),
            setting => Assert.Equal(setting.Show(new Settings()), setting.Show(loaded.Settings)));
        Assert.Equal(_directory["data"], loaded.Settings.Data);
        Assert.Equal(Origin.Default, loaded.OriginOf(SettingsTable.Data));
    }

    [Fact]
    public void Load_SameSettingEverywhere_TakesFlagOverVariableOverFile()
    {
        var file = _directory.Write("postcard.json", """{"port": 1, "tempHours": 2, "limits": false}""");
        var loaded = Load(
            flags: [("port", "3")],
            variables: [("POSTCARD_PORT", "4"), ("POSTCARD_TEMP_HOURS", "5")]);

        Assert.Equal((3, 5, false), (loaded.Settings.Port, loaded.Settings.TempHours, loaded.Settings.Limits));
        Assert.Equal(new(Source.Flag, "--port"), loaded.Origins["port"]);
        Assert.Equal(new(Source.Variable, "POSTCARD_TEMP_HOURS"), loaded.Origins["tempHours"]);
        Assert.Equal(new(Source.File, file), loaded.Origins["limits"]);
    }

    [Fact]
    public void Load_EveryVariable_ReachesItsSetting()
    {
        (string Variable, string Value, string? Shown)[] variables =
        [
            ("POSTCARD_PORT", "7070", null), ("POSTCARD_LISTEN", "[::1]", "::1"), ("POSTCARD_DATA", "/srv/cards", null), ("POSTCARD_DEV", "1", "true"),
            ("POSTCARD_PUBLIC_URL", "https://cards.example.edu.cn/", "https://cards.example.edu.cn"), ("POSTCARD_CERTIFICATE", "/srv/cert.pem", null),
            ("POSTCARD_CERTIFICATE_KEY", "/srv/key.pem", null), ("POSTCARD_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8", "127.0.0.1,10.0.0.0/8"),
            ("POSTCARD_WECHAT_APPID", "wx1", null), ("POSTCARD_WECHAT_SECRET", "s1", null),
            ("POSTCARD_WECHAT_API", "http://127.0.0.1:1/", "http://127.0.0.1:1"), ("POSTCARD_WECHAT_PUSH_TOKEN", "AAAAA", null),
            ("POSTCARD_WECHAT_PUSH_KEY", new string('k', 43), null), ("POSTCARD_WECHAT_CARD_PAGE", "pages/show", null),
            ("POSTCARD_ACCEPT_OPENID", "no", "false"), ("POSTCARD_ROLE_CHANGE", "once", null), ("POSTCARD_ROLES", "3=老师, 9=guest", "3=老师,9=guest"),
            ("POSTCARD_ADMINS", "oA,oB", null), ("POSTCARD_MODERATION", "wechat", null), ("POSTCARD_REPORT_THRESHOLD", "5", null),
            ("POSTCARD_LIMITS", "off", "false"), ("POSTCARD_RATES_LOGINS_PER_MINUTE", "6", null), ("POSTCARD_RATES_WRITES_PER_MINUTE", "7", null),
            ("POSTCARD_RATES_UPLOADS_PER_MINUTE", "8", null), ("POSTCARD_RATES_READS_PER_SECOND", "9", null),
            ("POSTCARD_QUOTA_CARDS", "15", null), ("POSTCARD_QUOTA_MEGABYTES", "0", null), ("POSTCARD_MAX_CONNECTIONS", "10", null),
            ("POSTCARD_CACHE_MEGABYTES", "11", null), ("POSTCARD_FILE_CACHE_MEGABYTES", "0", null), ("POSTCARD_MEDIA_MEGABYTES", "64", null),
            ("POSTCARD_TEMP_HOURS", "13", null), ("POSTCARD_MIN_FREE_MEGABYTES", "14", null), ("POSTCARD_BACKUP_DIR", "/srv/backups", null),
            ("POSTCARD_BACKUP_EVERY", "1440m", "24h"), ("POSTCARD_BACKUP_KEEP", "3", null), ("POSTCARD_LOG_FORMAT", "json", null),
            ("POSTCARD_ACCESS_LOG", "on", "true"), ("POSTCARD_METRICS_TOKEN", "m1", null),
        ];
        var settings = Load(variables: [.. variables.Select(each => (each.Variable, each.Value))]).Settings;

        // wechat.secretFile excludes wechat.secret.
        Assert.Equal(
            SettingsTable.All.Where(setting => setting != SettingsTable.WeChatSecretFile).Select(setting => (setting.Variable, setting.Show(settings))),
            variables.Select(each => (each.Variable, each.Shown ?? each.Value)));
    }

    [Theory]
    [InlineData("90m", "90m")]
    [InlineData("24h", "24h")]
    [InlineData("7d", "7d")]
    [InlineData("168h", "7d")]
    [InlineData("86400s", "24h")]
    public void Load_Duration_IsTakenInAnyUnit(string text, string shown) =>
        Assert.Equal(shown, SettingsTable.BackupEvery.Show(Load(variables: [("POSTCARD_BACKUP_EVERY", text)]).Settings));

    [Theory]
    [InlineData("POSTCARD_BACKUP_EVERY", "24")]
    [InlineData("POSTCARD_BACKUP_EVERY", "1s")]
    [InlineData("POSTCARD_BACKUP_EVERY", "-1h")]
    [InlineData("POSTCARD_TRUSTED_PROXIES", "1")]
    [InlineData("POSTCARD_TRUSTED_PROXIES", "10.0.0.0/33")]
    [InlineData("POSTCARD_MODERATION", "on")]
    [InlineData("POSTCARD_WECHAT_PUSH_KEY", "short")]
    public void Load_ValuesThatMeanNothing_AreProblems(string variable, string value) =>
        Assert.Single(Assert.Throws<SettingsException>(() => Load(variables: [(variable, value)])).Problems);

    [Fact]
    public void Load_ExampleFile_HoldsEverySettingWithItsDefault()
    {
        var example = Path.Combine(AppContext.BaseDirectory, "postcard.example.json");
        var loaded = Load(config: example);

        Assert.Equal(
            SettingsTable.All.Select(setting => setting.Name).Order(),
            SettingsFile.Read(example).Select(value => value.Key).Order());
        Assert.All(
            SettingsTable.All.Where(setting => setting != SettingsTable.Data),
            setting => Assert.Equal(setting.Show(new Settings()), setting.Show(loaded.Settings)));
        Assert.Equal(_directory["data"], loaded.Settings.Data);
    }

    [Fact]
    public void Load_EmptyVariable_CountsAsNotSet() => Assert.Equal(6060, Load(variables: [("POSTCARD_PORT", ""), ("POSTCARD_CONFIG", "")]).Settings.Port);

    [Fact]
    public void Load_OtherProgramsVariables_AreLeftAlone() => Assert.Equal(6060, Load(variables: [("PORT", "x"), ("postcard_port", "y")]).Settings.Port);

    [Fact]
    public void Load_NamesInTheFile_AreTakenInAnyCase() =>
        Assert.Equal("wx1", Load(config: _directory.Write("a.json", """{"WeChat": {"appId": "wx1"}}""")).Settings.WeChat.AppId);

    [Fact]
    public void Load_ConfigFromVariable_IsRead() =>
        Assert.Equal(1, Load(variables: [("POSTCARD_CONFIG", _directory.Write("b.json", """{"port": 1}"""))]).Settings.Port);

    [Fact]
    public void Load_CommentsAndTrailingCommas_AreTaken() => Assert.Equal(1, Load(config: _directory.Write("c.json", """
        // a comment
        {"port": 1, /* another */ "roles": [{"id": 5, "name": "x"},],}
        """)).Settings.Port);

    [Fact]
    public void Load_ManyProblems_ReportsAllByName()
    {
        _directory.Write("postcard.json", $$"""
            {"port": 70000, "prot": 1, "data": 5, "roles": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}], "limits": {}, "tempHours": 1, "temphours": 2,
             "wechat": {"secert": "{{Secret}}", "secret": "{{Secret}} with space"}, "admins": "oA"}
            """);
        var problems = Problems(
            flags: [("listen", "everywhere"), ("acceptOpenid", "maybe")],
            variables: [("POSTCARD_MAX_CONNECTIONS", "many"), ("POSTCARD_LISTN", "::"), ("POSTCARD_WECHAT_API", "ftp://x")],
            forServing: true);

        Assert.Equal(
            ["port", "prot", "data", "roles", "limits", "temphours", "wechat.secert", "wechat.secret", "admins", "POSTCARD_LISTN", "POSTCARD_MAX_CONNECTIONS",
                "POSTCARD_WECHAT_API", "listen", "acceptOpenid", "wechat.appid"],
            problems.Select(problem => problem.Setting is "maxConnections" or "wechat.api" ? problem.Origin.Place : problem.Setting));
        Assert.Contains("did you mean port?", Text("prot"));
        Assert.Contains("did you mean wechat.secret?", Text("wechat.secert"));
        Assert.Contains("did you mean POSTCARD_LISTEN?", Text("POSTCARD_LISTN"));
        Assert.Contains("70000", Text("port"));
        Assert.Contains("0 to 65535", Text("port"));
        Assert.All(problems, problem => Assert.DoesNotContain(Secret, problem.ToString()));

        string Text(string setting) => problems.Single(problem => problem.Setting == setting).ToString();
    }

    [Theory]
    [InlineData("listen", "1")]
    [InlineData("listen", "0.0.0.0.0")]
    [InlineData("listen", "example.com")]
    [InlineData("port", "-1")]
    [InlineData("port", "1e3")]
    [InlineData("port", "")]
    [InlineData("data", "")]
    [InlineData("data", "a\0b")]
    [InlineData("roles", "")]
    [InlineData("roles", "0=a")]
    [InlineData("roles", "1=12")]
    [InlineData("roles", "1=a,2=a")]
    [InlineData("roleChange", "never")]
    [InlineData("wechat.api", "https://user@host")]
    [InlineData("wechat.api", "https://host/?a=b")]
    [InlineData("wechat.appid", "a b")]
    [InlineData("mediaMegabytes", "1")]
    public void Load_ValueOutOfBounds_IsAProblemOfThatSetting(string setting, string value)
    {
        var problem = Assert.Single(Problems(flags: [(setting, value)]));
        Assert.Equal((setting, Source.Flag), (problem.Setting, problem.Origin.Source));
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("{\"port\": 1\n\"data\"", "line 2")]
    [InlineData("[]", "curly brackets")]
    public void Load_FileThatIsNoJson_SaysWhere(string text, string where) =>
        Assert.Contains(where, Assert.Single(Problems(config: _directory.Write("broken.json", text))).Text);

    [Fact]
    public void Load_NamedFileThatIsMissing_IsAProblem() =>
        Assert.Contains("is not there", Assert.Single(Problems(config: "nowhere.json")).Text);

    [Theory]
    [InlineData("/postcard/")]
    [InlineData("line\nbreak")]
    public void Load_ValueWithControls_IsReportedOnOneLine(string value) =>
        Assert.DoesNotContain('\n', Assert.Single(Problems(flags: [("port", value)])).ToString());

    [Fact]
    public void Load_StringThatIsNotUnicode_IsAProblem() =>
        Assert.Equal("data", Assert.Single(Problems(config: _directory.Write("d.json", """{"data": "\ud800"}"""))).Setting);

    [Fact]
    public void Load_ServingWithoutWeChat_NamesFlagVariableAndSetting()
    {
        var problems = Problems(forServing: true);

        Assert.Equal(["wechat.appid", "wechat.secret"], problems.Select(problem => problem.Setting));
        Assert.All(["--wechat-appid", "POSTCARD_WECHAT_APPID", "wechat.appid", "--dev"], name => Assert.Contains(name, problems[0].ToString()));
        Assert.All(
            ["--wechat-secret", "--wechat-secret-file", "POSTCARD_WECHAT_SECRET", "wechat.secret", "--dev"],
            name => Assert.Contains(name, problems[1].ToString()));
    }

    [Fact]
    public void Load_DevWithoutWeChat_IsEnough() => Assert.True(Load(flags: [("dev", "true")], forServing: true).Settings.Dev);

    [Fact]
    public void Load_DevWithAppidOnly_AsksForTheSecret() =>
        Assert.Equal("wechat.secret", Assert.Single(Problems(flags: [("dev", "true"), ("wechat.appid", "wx1")], forServing: true)).Setting);

    [Fact]
    public void Load_SecretFile_IsReadAndTrimmed()
    {
        var file = _directory.Write("secret", $"  {Secret}\n");
        var loaded = Load(
            flags: [("wechat.secretFile", "secret")], variables: [("POSTCARD_WECHAT_APPID", "wx1"), ("POSTCARD_WECHAT_SECRET", "weaker")], forServing: true);

        Assert.Equal(Secret, loaded.Settings.WeChat.Secret);
        Assert.Equal(new(Source.Flag, file), loaded.Origins["wechat.secret"]);
    }

    [Fact]
    public void Load_SecretStrongerThanItsFile_Wins()
    {
        var loaded = Load(
            flags: [("wechat.secret", "flag")], variables: [("POSTCARD_WECHAT_APPID", "wx1"), ("POSTCARD_WECHAT_SECRET_FILE", "nowhere")], forServing: true);

        Assert.Equal("flag", loaded.Settings.WeChat.Secret);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("empty")]
    [InlineData("two lines")]
    [InlineData("a directory")]
    public void Load_SecretFileThatHoldsNone_IsAProblemWithoutItsContent(string what)
    {
        _directory.Write("empty", " \n");
        _directory.Write("two lines", $"{Secret}\n{Secret}");
        Directory.CreateDirectory(_directory["a directory"]);
        var problem = Assert.Single(Problems(flags: [("wechat.appid", "wx1"), ("wechat.secretFile", what)], forServing: true));

        Assert.Equal("wechat.secretFile", problem.Setting);
        Assert.Contains(_directory[what], problem.ToString());
        Assert.DoesNotContain(Secret, problem.ToString());
    }

    [Fact]
    public void Load_SecretAndItsFileFromTheSamePlace_IsAProblem() => Assert.Equal("wechat.secretFile", Assert.Single(Problems(
        flags: [("wechat.appid", "wx1"), ("wechat.secret", "a"), ("wechat.secretFile", "b")], forServing: true)).Setting);

    private LoadedSettings Load(
        (string, string)[]? flags = null, (string, string)[]? variables = null, string? config = null, bool forServing = false) =>
        SettingsLoader.Load(new(Pairs(flags), config, Pairs(variables), _directory.Path), forServing);

    private IReadOnlyList<SettingsProblem> Problems(
        (string, string)[]? flags = null, (string, string)[]? variables = null, string? config = null, bool forServing = false) =>
        Assert.Throws<SettingsException>(() => Load(flags, variables, config, forServing)).Problems;

    private static Dictionary<string, string> Pairs((string Name, string Value)[]? pairs) => (pairs ?? []).ToDictionary(p => p.Name, p => p.Value);
}
