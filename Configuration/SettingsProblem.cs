namespace Postcard.Configuration;

/// <summary>Where a value comes from, the strongest last.</summary>
internal enum Source
{
    Default,
    File,
    Variable,
    Flag,
}

/// <param name="Place">The file's path, the variable's or the flag's name.</param>
internal sealed record Origin(Source Source, string Place)
{
    public static readonly Origin Default = new(Source.Default, "default");
}

/// <param name="Setting">The setting's name, or that of the file or variable that is at fault.</param>
internal sealed record SettingsProblem(string Setting, string Text, Origin Origin)
{
    public override string ToString() => Origin.Source is Source.Default || Origin.Place == Setting
        ? $"{Setting}: {Text}"
        : $"{Setting}: {Text} ({Origin.Place})";
}

/// <summary>The settings cannot be used. It names every problem at once.</summary>
internal sealed class SettingsException(IReadOnlyList<SettingsProblem> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<SettingsProblem> Problems { get; } = problems;
}
