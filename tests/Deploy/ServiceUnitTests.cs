using System.CommandLine.Invocation;
using Postcard.Commands;
using Postcard.Configuration;
using Postcard.Tests.Support;

namespace Postcard.Tests.Deploy;

/// <summary>The systemd unit keeps what the server and its operator rely on.</summary>
public sealed class ServiceUnitTests
{
    private static readonly ILookup<string, string> Service = Section("Service");

    [Theory]
    [InlineData("DynamicUser", "yes")]
    [InlineData("StateDirectory", "postcard")]
    [InlineData("StateDirectoryMode", "0700")]
    [InlineData("LoadCredential", "postcard.json:/etc/postcard/postcard.json")]
    [InlineData("Restart", "on-failure")]
    [InlineData("UMask", "0077")]
    [InlineData("NoNewPrivileges", "yes")]
    [InlineData("CapabilityBoundingSet", "")]
    [InlineData("ProtectSystem", "strict")]
    [InlineData("ProtectHome", "yes")]
    [InlineData("PrivateTmp", "yes")]
    [InlineData("PrivateDevices", "yes")]
    [InlineData("ProtectKernelModules", "yes")]
    [InlineData("ProtectControlGroups", "yes")]
    [InlineData("RestrictNamespaces", "yes")]
    [InlineData("RestrictSUIDSGID", "yes")]
    [InlineData("SystemCallArchitectures", "native")]
    [InlineData("SystemCallFilter", "@system-service|~@privileged")]
    [InlineData("MemoryMax", "450M")]
    public void Directive_IsThere(string name, string value) => Assert.Equal(value, string.Join('|', Service[name]));

    [Fact]
    public void Unit_LeavesTheJitItsMemory() => Assert.Empty(Service["MemoryDenyWriteExecute"]);

    [Fact]
    public void Unit_GivesTheAddressFamiliesOfServerControlSocketAndNames() =>
        Assert.Equal(["AF_INET", "AF_INET6", "AF_NETLINK", "AF_UNIX"], Service["RestrictAddressFamilies"].Single().Split(' ').Order());

    [Fact]
    public void ExecStart_IsACommandLineOfOurs()
    {
        var words = Service["ExecStart"].Single().Replace("${CREDENTIALS_DIRECTORY}", "/run/credentials/postcard.service", StringComparison.Ordinal).Split(' ');
        var around = new Surroundings(new Dictionary<string, string>(), TextWriter.Null, TextWriter.Null, Path.GetTempPath());
        var parsed = CommandLine.Parse(words[1..], around);

        Assert.Equal("/usr/local/bin/postcard", words[0]);
        Assert.Equal("serve", parsed.CommandResult.Command.Name);
        Assert.IsNotType<ParseErrorAction>(parsed.Action, exactMatch: false);
        Assert.Equal($"/run/credentials/postcard.service/{Service["LoadCredential"].Single().Split(':')[0]}", words[^1]);
    }

    [Fact]
    public void LibrariesDataAndBackups_LieBesideEachOtherInTheStateDirectory()
    {
        var state = $"/var/lib/{Service["StateDirectory"].Single()}/";
        var unpacked = Service["Environment"].Single().Replace("DOTNET_BUNDLE_EXTRACT_BASE_DIR=%S/", "/var/lib/", StringComparison.Ordinal);
        var settings = DeployedSettingsTests.Load();
        string[] places = [unpacked, settings.Data, settings.Backup.Dir!];

        Assert.All(places, place => Assert.StartsWith(state, place));
        Assert.All(places, place => Assert.DoesNotContain(places, other => other != place && place.StartsWith(other + "/", StringComparison.Ordinal)));
        Assert.DoesNotContain(state.TrimEnd('/'), places);
    }

    [Fact]
    public void Handles_SufficeForTheConnections() =>
        Assert.True(int.Parse(Service["LimitNOFILE"].Single()) > 2 * DeployedSettingsTests.Load().MaxConnections);

    [Fact]
    public void StopTimeout_IsLongerThanTheServersOwn() => Assert.True(int.Parse(Service["TimeoutStopSec"].Single()) > 10);

    [Fact]
    public void Unit_IsStartedAtBoot() => Assert.Equal("multi-user.target", Section("Install")["WantedBy"].Single());

    [Fact]
    public async Task SystemdAnalyze_FindsNothingWrong()
    {
        const string Analyze = "/usr/bin/systemd-analyze";
        Assert.SkipUnless(File.Exists(Analyze), "systemd-analyze is not installed.");
        using var folder = new TempFolder();
        var unit = folder.Write("postcard.service", File.ReadAllText(PathOf).Replace("/usr/local/bin/postcard", Environment.ProcessPath, StringComparison.Ordinal));

        Assert.Equal((0, ""), await ToolRun.RunAsync(Analyze, "verify", "--man=no", unit));
    }

    private static string PathOf => Readme.PathOf("deploy/postcard.service");

    /// <summary>The directives of a section; a name may stand more than once.</summary>
    private static ILookup<string, string> Section(string name) => File.ReadAllLines(PathOf)
        .SkipWhile(line => line != $"[{name}]").Skip(1).TakeWhile(line => !line.StartsWith('['))
        .Where(line => line.Contains('=') && !line.StartsWith('#'))
        .ToLookup(line => line.Split('=', 2)[0], line => line.Split('=', 2)[1]);
}

/// <summary>The settings file that goes with the unit.</summary>
public sealed class DeployedSettingsTests
{
    [Fact]
    public void Settings_WithASecretEntered_AreThoseOfAServerBehindAProxy()
    {
        var settings = Load();

        Assert.Equal("127.0.0.1", settings.Listen);
        Assert.Equal("manual", settings.Review);
        Assert.False(settings.AcceptOpenid);
        Assert.False(settings.Dev);
        Assert.NotNull(settings.PublicUrl);
        Assert.Contains("127.0.0.1", settings.TrustedProxies);
        Assert.NotNull(settings.Backup.Dir);
    }

    [Fact]
    public void Settings_AsTheyCome_MissTheSecretOnly()
    {
        var loaded = SettingsLoader.Read(Input(new()), forServing: true);

        Assert.Equal(["wechat.secret"], loaded.Problems.Select(problem => problem.Setting));
    }

    internal static Settings Load() => SettingsLoader.Load(Input(new() { ["wechat.secret"] = "s1" }), forServing: true).Settings;

    private static SettingsInput Input(Dictionary<string, string> flags) => new(flags, Readme.PathOf("deploy/postcard.json"), new Dictionary<string, string>(), "/");
}
