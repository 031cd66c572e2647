namespace Postcard.WeChat;

/// <summary>What WeChat thinks of a text, a picture or a sound.</summary>
internal enum Verdict
{
    Pass,

    /// <summary>A human shall look.</summary>
    Review,

    /// <summary>It did not say: busy, out of reach, too late, garbage, or the user was not active lately (61010).</summary>
    Unsure,

    Risky,
}

internal static class Verdicts
{
    /// <summary>Of <c>suggest</c>, whatever the errcode beside it.</summary>
    public static Verdict Of(string? suggestion) => suggestion switch
    {
        "pass" => Verdict.Pass,
        "review" => Verdict.Review,
        "risky" => Verdict.Risky,
        _ => Verdict.Unsure,
    };
}
