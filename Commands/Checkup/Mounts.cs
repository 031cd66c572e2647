using System.Globalization;
using System.Text.RegularExpressions;

namespace Postcard.Commands.Checkup;

/// <param name="Point">Where it is mounted.</param>
/// <param name="Type">Such as <c>ext4</c>.</param>
internal sealed record Mount(string Point, string Type);

/// <summary>Which file system a path lies on.</summary>
internal static partial class Mounts
{
    /// <param name="mountinfo">As <c>/proc/self/mountinfo</c> has it: one mount a line, later ones over earlier ones.</param>
    /// <param name="path">An absolute path without links.</param>
    public static Mount? Find(IEnumerable<string> mountinfo, string path) =>
        mountinfo.Select(Parse).OfType<Mount>().Where(mount => Holds(mount.Point, path)).Index()
            .OrderBy(pair => pair.Item.Point.Length).ThenBy(pair => pair.Index).LastOrDefault().Item;

    /// <summary>Whether something is mounted at this very path.</summary>
    /// <inheritdoc cref="Find"/>
    public static bool IsPoint(IEnumerable<string> mountinfo, string path) => mountinfo.Select(Parse).OfType<Mount>().Any(mount => mount.Point == path);

    private static bool Holds(string point, string path) =>
        point == "/" || path == point || (path.StartsWith(point, StringComparison.Ordinal) && path[point.Length] == '/');

    // "36 35 98:0 /root /mount options optional… - type source options", with blanks in names as \040.
    private static Mount? Parse(string line)
    {
        var halves = line.Split(" - ", 2);
        return halves.Length == 2 && halves[0].Split(' ') is [_, _, _, _, var point, ..] ? new(Unescape(point), halves[1].Split(' ')[0]) : null;
    }

    private static string Unescape(string text) => Octal().Replace(text, match => ((char)Convert.ToInt32(match.Groups[1].Value, 8)).ToString(CultureInfo.InvariantCulture));

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Octal();
}
