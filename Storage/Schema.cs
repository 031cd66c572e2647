namespace Postcard.Storage;

/// <summary>The form of the records: which one this release reads and writes.</summary>
internal static class Schema
{
    public const int Current = 2;
}
