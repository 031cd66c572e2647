using System.Globalization;

namespace Postcard.Endpoints.Http;

internal enum RangeKind
{
    /// <summary>Another unit, or several ranges: the whole file is the answer.</summary>
    Ignored,
    Malformed,
    Unsatisfiable,
    Single,
}

/// <summary>A part of a file that lies inside of it.</summary>
internal readonly record struct ByteRange(long First, long Length)
{
    /// <summary>Reads the header <c>Range</c> (RFC 9110, 14.1.2) against a file of <paramref name="size"/> bytes.</summary>
    public static RangeKind Parse(ReadOnlySpan<char> header, long size, out ByteRange range)
    {
        range = default;
        var equals = header.IndexOf('=');
        if (equals < 0)
        {
            return RangeKind.Malformed;
        }

        if (!header[..equals].Trim().Equals("bytes", StringComparison.OrdinalIgnoreCase))
        {
            return RangeKind.Ignored;
        }

        var spec = header[(equals + 1)..].Trim();
        var dash = spec.IndexOf('-');
        if (spec.Contains(','))
        {
            return RangeKind.Ignored;
        }

        var from = dash < 0 ? default : spec[..dash];
        var to = dash < 0 ? default : spec[(dash + 1)..];
        if (dash < 0 || (from.IsEmpty && to.IsEmpty) || !IsNumber(from, out var first) || !IsNumber(to, out var last))
        {
            return RangeKind.Malformed;
        }

        if (from.IsEmpty)
        {
            var suffix = Math.Min(last, size);
            range = new(size - suffix, suffix);
        }
        else
        {
            if (!to.IsEmpty && last < first)
            {
                return RangeKind.Malformed;
            }

            range = new(first, to.IsEmpty ? size - first : Math.Min(last, size - 1) - first + 1);
        }

        return range.Length > 0 ? RangeKind.Single : RangeKind.Unsatisfiable;
    }

    /// <summary>Digits, or nothing; more than a long holds counts as its largest value.</summary>
    private static bool IsNumber(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        if (text.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        if (!text.IsEmpty && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value))
        {
            value = long.MaxValue;
        }

        return true;
    }
}
