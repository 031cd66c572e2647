using System.Text.Json;

namespace Postcard.Configuration;

/// <param name="Flags">What stood on the command line, by <see cref="Setting.Name"/>.</param>
/// <param name="ConfigFlag">The value of <c>--config</c>.</param>
/// <param name="Environment">All of the process's variables.</param>
/// <param name="Directory">The working directory: relative paths start here, and <c>postcard.json</c> is looked for here.</param>
internal sealed record SettingsInput(
    IReadOnlyDictionary<string, string> Flags, string? ConfigFlag, IReadOnlyDictionary<string, string> Environment, string Directory);

/// <param name="Origins">For every setting that is not left at its default, by name, where its value came from.</param>
internal sealed record LoadedSettings(Settings Settings, IReadOnlyDictionary<string, Origin> Origins)
{
    public IReadOnlyList<SettingsProblem> Problems { get; init; } = [];

    public Origin OriginOf(Setting setting) => Origins.GetValueOrDefault(setting.Name, Origin.Default);
}

/// <summary>Binds and validates the settings: flag over variable over file over default.</summary>
internal sealed class SettingsLoader
{
    private const string ConfigVariable = Setting.VariablePrefix + "CONFIG";

    private static readonly Dictionary<string, Setting> ByName = SettingsTable.All.ToDictionary(s => s.Name, StringComparer.OrdinalIgnoreCase);
    private static readonly Dictionary<string, Setting> ByVariable = SettingsTable.All.ToDictionary(s => s.Variable);

    private readonly SettingsInput _input;
    private readonly List<SettingsProblem> _problems = [];
    private readonly Dictionary<string, Origin> _origins = [];
    private Settings _settings = new();

    private SettingsLoader(SettingsInput input) => _input = input;

    /// <param name="forServing">Whether WeChat must be reachable by these settings: the commands beside <c>serve</c> need no secret.</param>
    /// <exception cref="SettingsException">With all problems.</exception>
    public static LoadedSettings Load(SettingsInput input, bool forServing)
    {
        var loaded = Read(input, forServing);
        return loaded.Problems.Count == 0 ? loaded : throw new SettingsException(loaded.Problems);
    }

    /// <summary>As <see cref="Load"/>, for looking at settings that may be wrong: what has a problem is left at its default.</summary>
    public static LoadedSettings Read(SettingsInput input, bool forServing)
    {
        var loader = new SettingsLoader(input);
        loader.TakeFile();
        loader.TakeVariables();
        loader.TakeFlags();
        loader._settings = loader.WithFullPaths();
        if (forServing)
        {
            loader.TakeSecretFile();
            loader.CheckWeChat();
        }

        return new(loader._settings, loader._origins) { Problems = loader._problems };
    }

    private Settings WithFullPaths()
    {
        return _settings with
        {
            Data = Full(_settings.Data)!,
            Certificate = Full(_settings.Certificate),
            CertificateKey = Full(_settings.CertificateKey),
            Backup = _settings.Backup with { Dir = Full(_settings.Backup.Dir) },
        };

        string? Full(string? path) => path is null ? null : Path.GetFullPath(path, _input.Directory);
    }

    private void TakeFile()
    {
        var named = _input.ConfigFlag ?? _input.Environment.GetValueOrDefault(ConfigVariable);
        var path = Path.GetFullPath(string.IsNullOrEmpty(named) ? SettingsFile.DefaultName : named, _input.Directory);
        if (string.IsNullOrEmpty(named) && !File.Exists(path))
        {
            return;
        }

        var origin = new Origin(_input.ConfigFlag is null ? Source.File : Source.Flag, path);
        try
        {
            TakeValues(SettingsFile.Read(path), new(Source.File, path));
        }
        catch (FormatException e)
        {
            _problems.Add(new(path, e.Message, origin));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _problems.Add(new(path, Unreadable(e), origin));
        }
    }

    private void TakeValues(IReadOnlyList<KeyValuePair<string, JsonElement>> values, Origin origin)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, json) in values)
        {
            if (!ByName.TryGetValue(name, out var setting))
            {
                _problems.Add(new(name, $"there is no such setting{NearMiss.Hint(name, ByName.Keys)}", origin));
            }
            else if (!seen.Add(name))
            {
                _problems.Add(new(name, "is there twice", origin));
            }
            else if (json.ValueKind is not JsonValueKind.Null && !(json.ValueKind is JsonValueKind.String && json.ValueEquals("")))
            {
                Take(setting, origin, settings => setting.Set(settings, json), () => json.ToString());
            }
        }
    }

    /// <summary>A variable that is there but empty counts as not set, as compose files leave them.</summary>
    private void TakeVariables()
    {
        foreach (var (variable, text) in _input.Environment.Where(IsOurs).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var origin = new Origin(Source.Variable, variable);
            if (!ByVariable.TryGetValue(variable, out var setting))
            {
                _problems.Add(new(variable, $"there is no such variable{NearMiss.Hint(variable, ByVariable.Keys)}", origin));
            }
            else if (text.Length > 0)
            {
                Take(setting, origin, settings => setting.Set(settings, text), () => text);
            }
        }

        static bool IsOurs(KeyValuePair<string, string> pair) =>
            pair.Key.StartsWith(Setting.VariablePrefix, StringComparison.Ordinal) && pair.Key is not ConfigVariable;
    }

    private void TakeFlags()
    {
        foreach (var setting in SettingsTable.All)
        {
            if (_input.Flags.TryGetValue(setting.Name, out var text))
            {
                Take(setting, new(Source.Flag, setting.Flag), settings => setting.Set(settings, text), () => text);
            }
        }
    }

    private void Take(Setting setting, Origin origin, Func<Settings, Settings> set, Func<string> value)
    {
        try
        {
            _settings = set(_settings);
            _origins[setting.Name] = origin;
        }
        catch (FormatException e)
        {
            _problems.Add(new(setting.Name, setting.IsSecret ? e.Message : $"{e.Message}, not {Quote(value())}", origin));
        }
        catch (InvalidOperationException) // a JSON string with half a surrogate pair
        {
            _problems.Add(new(setting.Name, "is not Unicode", origin));
        }
    }

    private void TakeSecretFile()
    {
        if (_settings.WeChat.SecretFile is not { } file)
        {
            return;
        }

        var origin = _origins[SettingsTable.WeChatSecretFile.Name];
        var rival = _origins.GetValueOrDefault(SettingsTable.WeChatSecret.Name, Origin.Default);
        if (rival.Source == origin.Source)
        {
            _problems.Add(new(SettingsTable.WeChatSecretFile.Name, $"give this or {SettingsTable.WeChatSecret.Name}, not both", origin));
        }
        else if (rival.Source < origin.Source)
        {
            var path = Path.GetFullPath(file, _input.Directory);
            try
            {
                _settings = SettingsTable.WeChatSecret.Set(_settings, File.ReadAllText(path));
                _origins[SettingsTable.WeChatSecret.Name] = new(origin.Source, path);
            }
            catch (FormatException e)
            {
                _problems.Add(new(SettingsTable.WeChatSecretFile.Name, $"{path} is not right: what it holds {e.Message}", origin));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _problems.Add(new(SettingsTable.WeChatSecretFile.Name, $"{path} {Unreadable(e)}", origin));
            }
        }
    }

    private void CheckWeChat()
    {
        var maybeDev = _settings.Dev || _problems.Any(problem => problem.Setting == SettingsTable.Dev.Name);
        var wanted = maybeDev && _settings.WeChat is { AppId: "", Secret: "" } ? [] : new[]
        {
            (Setting: (Setting)SettingsTable.WeChatAppId, Value: _settings.WeChat.AppId, Or: ""),
            (Setting: SettingsTable.WeChatSecret, Value: _settings.WeChat.Secret, Or: $" (or {SettingsTable.WeChatSecretFile.Flag} FILE)"),
        };
        foreach (var (setting, value, or) in wanted)
        {
            if (value is "" && !_problems.Any(problem => problem.Setting.StartsWith(setting.Name, StringComparison.Ordinal)))
            {
                _problems.Add(new(setting.Name,
                    $"missing: give {setting.Flag}{or}, {setting.Variable} or {setting.Name} in {SettingsFile.DefaultName}, or try out with --dev",
                    Origin.Default));
            }
        }
    }

    private static string Unreadable(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "is not there",
        UnauthorizedAccessException => "cannot be read by this user, or is a directory",
        _ => "cannot be read",
    };

    private static string Quote(string value)
    {
        const int Shown = 40;
        var line = string.Concat(value.Select(c => char.IsControl(c) ? ' ' : c));
        return line.Length > Shown ? $"\"{line[..Shown]}…\"" : $"\"{line}\"";
    }
}
