using System.CommandLine;
using Postcard.Configuration;

namespace Postcard.Commands;

/// <summary>
/// The flags of a command that are settings. Their values stay text until <see cref="SettingsLoader"/> judges them together with
/// variables and file, so that all problems are reported in one go.
/// </summary>
internal sealed class SettingsOptions
{
    private static readonly Dictionary<string, string> ValueNames = new()
    {
        ["data"] = "DIR", ["port"] = "PORT", ["listen"] = "ADDR", ["wechat.appid"] = "ID", ["wechat.secret"] = "SECRET",
        ["wechat.secretFile"] = "FILE", ["wechat.api"] = "URL", ["acceptOpenid"] = "true|false", ["dev"] = "true|false",
        ["moderation"] = "off|manual|wechat", ["publicUrl"] = "URL", ["certificate"] = "FILE", ["certificateKey"] = "FILE",
        ["trustedProxies"] = "ADDR,…", ["backup.dir"] = "DIR", ["backup.every"] = "TIME", ["backup.keep"] = "N",
    };

    private readonly IReadOnlyList<(Setting Setting, Option Option)> _options;
    private readonly Option<string?> _config = new("--config")
    {
        Description = $"Settings file; {SettingsFile.DefaultName} in the working directory when left out and there.",
        HelpName = "FILE",
    };

    public SettingsOptions(Command command, IReadOnlyList<Setting> settings)
    {
        _options = [.. settings.Select(setting => (setting, Make(setting)))];
        foreach (var (_, option) in _options)
        {
            command.Add(option);
        }

        command.Add(_config);
    }

    /// <exception cref="SettingsException">With all problems.</exception>
    public LoadedSettings Load(ParseResult parsed, Surroundings around, bool forServing) =>
        SettingsLoader.Load(InputOf(parsed, around), forServing);

    /// <summary>What <c>serve</c> would run with, problems included.</summary>
    public LoadedSettings Read(ParseResult parsed, Surroundings around) => SettingsLoader.Read(InputOf(parsed, around), forServing: true);

    private SettingsInput InputOf(ParseResult parsed, Surroundings around)
    {
        var flags = _options
            .Where(pair => parsed.GetResult(pair.Option) is { Implicit: false })
            .ToDictionary(pair => pair.Setting.Name, pair => pair.Option is Option<bool> option
                ? parsed.GetValue(option) ? "true" : "false"
                : parsed.GetValue((Option<string?>)pair.Option)!);
        return new(flags, parsed.GetValue(_config), around.Environment, around.Directory);
    }

    // Only an option of type bool may stand alone: one of text with an optional value takes whatever flag comes next for it.
    private static Option Make(Setting setting) => setting == SettingsTable.Dev
        ? new Option<bool>(setting.Flag) { Description = setting.Description, HelpName = ValueNames[setting.Name] }
        : new Option<string?>(setting.Flag) { Description = setting.Description, HelpName = ValueNames[setting.Name] };
}
