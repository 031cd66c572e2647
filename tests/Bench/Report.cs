using System.Globalization;
using System.Text;

namespace Bench;

/// <summary>The table that is printed at the end.</summary>
internal static class Report
{
    private static readonly string[] Heads = ["work", "server", "rate /s", "p50 ms", "p99 ms", "CPU µs", "memory MB", "Postcard is", "goal", ""];

    public static string Write(IReadOnlyList<Row> rows, bool markdown)
    {
        string[][] cells = [Heads, .. rows.Select(Cells)];
        int[] widths = [.. Enumerable.Range(0, Heads.Length).Select(column => cells.Max(row => row[column].Length))];
        var text = new StringBuilder();
        for (var number = 0; number < cells.Length; number++)
        {
            text.AppendLine(Line(cells[number], widths, markdown));
            if (number == 0)
            {
                text.AppendLine(Line([.. widths.Select(width => new string('-', Math.Max(3, width)))], widths, markdown));
            }
        }

        return text.ToString();
    }

    private static string[] Cells(Row row)
    {
        var reached = row.Reached switch { true => "✓", false => "✗ missed", null => "" };
        return row.Measure is not { } measure
            ? [row.Work, row.System, "", "", "", "", "", row.Result, row.Target, reached]
            : [row.Work, row.System + (measure.Errors > 0 ? $" ({measure.Errors} wrong answers)" : ""),
                Number(measure.Rate), Number(measure.P50), Number(measure.P99), Number(measure.CpuMicros), Number(measure.PeakMegabytes),
                row.Result, row.Target, reached];
    }

    /// <summary>Three digits that count, thousands grouped.</summary>
    private static string Number(double number) => number switch
    {
        0 => "",
        >= 100 => number.ToString("n0", CultureInfo.InvariantCulture),
        >= 10 => number.ToString("n1", CultureInfo.InvariantCulture),
        _ => number.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static string Line(string[] cells, int[] widths, bool markdown)
    {
        var padded = cells.Select((cell, column) => column is >= 2 and <= 7 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
        return markdown ? $"| {string.Join(" | ", padded)} |" : string.Join("  ", padded).TrimEnd();
    }
}
