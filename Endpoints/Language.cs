using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Postcard.Endpoints;

internal static class Language
{
    /// <summary>Chinese unless the header gives English a higher weight than Chinese (RFC 9110, 12.5.4).</summary>
    public static bool PrefersEnglish(StringValues header)
    {
        if (StringValues.IsNullOrEmpty(header))
        {
            return false;
        }

        double english = 0, chinese = 0, any = 0;
        foreach (var range in header.ToString().AsSpan().Split(','))
        {
            var item = header.ToString().AsSpan()[range].Trim();
            var semicolon = item.IndexOf(';');
            var tag = semicolon < 0 ? item : item[..semicolon].TrimEnd();
            var weight = semicolon < 0 ? 1 : Weight(item[(semicolon + 1)..]);
            if (Is(tag, "en"))
            {
                english = Math.Max(english, weight);
            }
            else if (Is(tag, "zh"))
            {
                chinese = Math.Max(chinese, weight);
            }
            else if (tag is "*")
            {
                any = weight;
            }
        }

        return english > 0 && english > (chinese > 0 ? chinese : any < english ? any : 0);
    }

    private static bool Is(ReadOnlySpan<char> tag, string language) =>
        tag.StartsWith(language, StringComparison.OrdinalIgnoreCase) && (tag.Length == 2 || tag[2] is '-');

    private static double Weight(ReadOnlySpan<char> parameter)
    {
        parameter = parameter.Trim();
        return parameter.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
            && double.TryParse(parameter[2..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight)
                ? weight : 1;
    }
}
