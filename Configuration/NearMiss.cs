namespace Postcard.Configuration;

/// <summary>Guesses what somebody meant who mistyped a name.</summary>
internal static class NearMiss
{
    private const int MaxDistance = 2;

    /// <summary><c>; did you mean X?</c>, or nothing when no name is near.</summary>
    public static string Hint(string typed, IEnumerable<string> names)
    {
        var wanted = Letters(typed);
        var best = names
            .Select(name => (Name: name, Distance: Letters(name).EndsWith(wanted, StringComparison.Ordinal) && wanted.Length > 3
                ? 0 : Distance(wanted, Letters(name))))
            .MinBy(candidate => candidate.Distance);
        return best.Distance <= MaxDistance ? $"; did you mean {best.Name}?" : "";
    }

    private static string Letters(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    /// <summary>How many characters must be inserted, deleted or replaced (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
