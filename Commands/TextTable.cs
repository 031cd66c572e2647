namespace Postcard.Commands;

/// <summary>Columns of text, aligned on a terminal that shows Chinese twice as wide as Latin letters.</summary>
internal static class TextTable
{
    public static void Write(TextWriter output, string[] head, IEnumerable<string[]> rows)
    {
        string[][] all = [head, .. rows];
        var widths = head.Select((_, column) => all.Max(row => Width(row[column]))).ToArray();
        foreach (var row in all)
        {
            var line = string.Concat(row.Select((cell, column) => cell + new string(' ', widths[column] - Width(cell) + 2)));
            output.WriteLine(line.TrimEnd());
        }
    }

    private static int Width(string text) => text.EnumerateRunes().Sum(rune => IsWide(rune.Value) ? 2 : 1);

    // The East Asian wide blocks that titles are made of: Hangul, CJK, kana, full-width forms, emoji.
    private static bool IsWide(int rune) => rune is
        (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD);
}
