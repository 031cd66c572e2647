namespace Postcard.Commands.Checkup;

internal enum Grade
{
    Ok,
    Warning,
    Failed,
}

/// <summary>What one look at the installation found.</summary>
/// <param name="Check">What was looked at, in a word or two.</param>
/// <param name="Text">One sentence; unless all is well it says what to do. It holds no secrets.</param>
internal sealed record Finding(string Check, Grade Grade, string Text)
{
    public static Finding Ok(string check, string text) => new(check, Grade.Ok, text);

    public static Finding Warning(string check, string text) => new(check, Grade.Warning, text);

    public static Finding Failed(string check, string text) => new(check, Grade.Failed, text);
}
