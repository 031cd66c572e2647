namespace Postcard.Endpoints.Http;

/// <summary>The request on whose behalf code runs, for the lines that it logs.</summary>
internal static class CurrentRequest
{
    private static readonly AsyncLocal<string?> Local = new();

    /// <summary>Null outside of requests, and for reads, of which there are too many to carry it along.</summary>
    public static string? Id
    {
        get => Local.Value;
        set => Local.Value = value;
    }
}
