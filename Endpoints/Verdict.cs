namespace Postcard.Endpoints;

/// <summary>What a check by WeChat came to, short of a refusal.</summary>
internal enum Verdict
{
    Pass,

    /// <summary>A human has to look: WeChat is not sure, did not answer or was not asked.</summary>
    Unsure,
}
