namespace Postcard.Commands;

/// <summary>Compares texts as people count: runs of digits by their value. Culture-aware comparison would need ICU.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static readonly NaturalOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x, b = y;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            var first = Run(a);
            var second = Run(b);
            var order = char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0])
                ? CompareNumbers(a[..first], b[..second])
                : a[..first].CompareTo(b[..second], StringComparison.OrdinalIgnoreCase);
            if (order != 0)
            {
                return order;
            }

            a = a[first..];
            b = b[second..];
        }

        var rest = a.Length.CompareTo(b.Length);
        return rest != 0 ? rest : string.CompareOrdinal(x, y);
    }

    /// <summary>The length of the digits, or of what is not digits, at the start.</summary>
    private static int Run(ReadOnlySpan<char> text)
    {
        var end = char.IsAsciiDigit(text[0]) ? text.IndexOfAnyExceptInRange('0', '9') : text.IndexOfAnyInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static int CompareNumbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
    }
}
