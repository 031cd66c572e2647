using System.Globalization;
using System.Text;

namespace Postcard.Endpoints.Http;

/// <summary>Prometheus' text format, 0.0.4.</summary>
internal sealed class MetricsText
{
    private readonly StringBuilder _text = new(16 * 1024);

    public void Family(string name, string type, string? help)
    {
        if (!string.IsNullOrEmpty(help))
        {
            _text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)).Append('\n');
        }

        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>A family of one sample without labels.</summary>
    public void Single(string name, string type, string help, double value)
    {
        Family(name, type, help);
        Sample(name, value);
    }

    public void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
        {
            var value2 = labels[i].Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(value2).Append('"');
        }

        _text.Append(labels.IsEmpty ? " " : "} ").Append(Number(value)).Append('\n');
    }

    /// <param name="bounds">Upper bounds of all buckets but the last.</param>
    /// <param name="counts">Of each bucket alone, one more than bounds.</param>
    public void Histogram(string name, IReadOnlyList<double> bounds, IReadOnlyList<long> counts, double sum, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        long total = 0;
        for (var i = 0; i < counts.Count; i++)
        {
            total += counts[i];
            Sample(name + "_bucket", total, [.. labels, ("le", i < bounds.Count ? Number(bounds[i]) : "+Inf")]);
        }

        Sample(name + "_sum", sum, labels);
        Sample(name + "_count", total, labels);
    }

    public byte[] ToUtf8() => Encoding.UTF8.GetBytes(_text.ToString());

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
