namespace Postcard.Endpoints.Http;

/// <summary>What every text that a user gives has to keep to.</summary>
internal static class TextRules
{
    /// <summary>Without the white space around it, line ends as <c>\n</c>.</summary>
    /// <param name="max">In UTF-16 units, as JavaScript counts.</param>
    /// <exception cref="Failure">422: too long, control characters other than newline and tab, half a surrogate pair.</exception>
    public static string Clean(string field, string text, int max)
    {
        text = WithPlainLineEnds(text.Trim());
        if (text.Length > max)
        {
            throw Failure.InvalidField(field, $"最多 {max} 个字符", $"may have {max} characters at most");
        }

        for (var i = 0; i < text.Length; i++)
        {
            var pair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            if (char.IsControl(text[i]) && text[i] is not ('\n' or '\t') || char.IsSurrogate(text[i]) && !pair)
            {
                throw Failure.InvalidField(field, "含有不允许的字符", "holds characters that are not allowed");
            }

            i += pair ? 1 : 0;
        }

        return text;
    }

    private static string WithPlainLineEnds(string text) =>
        text.Contains('\r') ? text.Replace("\r\n", "\n").Replace('\r', '\n') : text;
}
