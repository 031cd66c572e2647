namespace Postcard;

/// <summary>What a check of a text, a picture or a sound came to. The graver one is the greater.</summary>
internal enum Verdict
{
    Pass,

    /// <summary>A human shall look.</summary>
    Review,

    /// <summary>No answer: busy, out of reach, too late, garbage, not asked, or the user was not active lately.</summary>
    Unsure,

    Risky,
}
