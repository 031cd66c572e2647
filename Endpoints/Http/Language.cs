using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Postcard.Endpoints.Http;

internal static class Language
{
    /// <summary>
    /// Chinese unless the header gives English a higher weight than Chinese (RFC 9110, 12.5.4). <c>*</c> stands for Chinese where Chinese
    /// is not named; what is no weight between 0 and 1 takes its range out.
    /// </summary>
    public static bool PrefersEnglish(StringValues header)
    {
        double english = 0;
        double? chinese = null, any = null;
        foreach (var line in header)
        {
            var ranges = line.AsSpan();
            foreach (var range in ranges.Split(','))
            {
                var item = ranges[range].Trim();
                var semicolon = item.IndexOf(';');
                var tag = semicolon < 0 ? item : item[..semicolon].TrimEnd();
                var weight = semicolon < 0 ? 1 : Weight(item[(semicolon + 1)..]);
                if (Is(tag, "en"))
                {
                    english = Math.Max(english, weight);
                }
                else if (Is(tag, "zh"))
                {
                    chinese = Math.Max(chinese ?? 0, weight);
                }
                else if (tag is "*")
                {
                    any = weight;
                }
            }
        }

        return english > (chinese ?? any ?? 0);
    }

    private static bool Is(ReadOnlySpan<char> tag, string language) =>
        tag.StartsWith(language, StringComparison.OrdinalIgnoreCase) && (tag.Length == 2 || tag[2] is '-');

    private static double Weight(ReadOnlySpan<char> parameters)
    {
        var end = parameters.IndexOf(';');
        var parameter = (end < 0 ? parameters : parameters[..end]).Trim();
        return parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
            && double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight)
            && weight <= 1 ? weight : 0;
    }
}
