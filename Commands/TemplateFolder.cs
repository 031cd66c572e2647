namespace Postcard.Commands;

/// <param name="Sounds">Those of the same name; more than one is a question that only the operator can answer.</param>
internal sealed record TemplateCandidate(string Title, string Image, IReadOnlyList<string> Sounds);

/// <summary>What <c>template import</c> finds in a directory, by the names of its files.</summary>
/// <param name="Candidates">In the order in which people count: 2 before 10.</param>
/// <param name="Skipped">Files that take no part, each with the reason.</param>
internal sealed record TemplateFolder(IReadOnlyList<TemplateCandidate> Candidates, IReadOnlyList<string> Skipped)
{
    // Formats that the server refuses with advice stand here too, so that their files are named with it.
    private static readonly HashSet<string> Pictures =
        new([".jpg", ".jpeg", ".jfif", ".png", ".webp", ".gif", ".avif", ".heic", ".heif"], StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Sounds =
        new([".mp3", ".m4a", ".mp4", ".aac", ".wav", ".webm"], StringComparer.OrdinalIgnoreCase);

    /// <exception cref="CommandException">The directory cannot be read.</exception>
    public static TemplateFolder Read(string directory)
    {
        var entries = Entries(directory);
        var files = entries.Where(path => !IsHidden(path) && File.Exists(path)).ToList();
        var sounds = files.Where(path => Sounds.Contains(Path.GetExtension(path))).ToLookup(Path.GetFileNameWithoutExtension);
        var candidates = files
            .Where(path => Pictures.Contains(Path.GetExtension(path)))
            .Select(path => new TemplateCandidate(Path.GetFileNameWithoutExtension(path), path, [.. sounds[Path.GetFileNameWithoutExtension(path)]]))
            .ToList();
        var taken = candidates.SelectMany(candidate => candidate.Sounds.Append(candidate.Image)).ToHashSet();
        return new(candidates, [.. entries.Where(path => !taken.Contains(path)).Select(path => $"{Path.GetFileName(path)}: {WhyNot(path)}")]);
    }

    private static List<string> Entries(string directory)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(directory).Order(NaturalOrder.Instance)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(e is DirectoryNotFoundException ? $"there is no directory {directory}" : $"{directory} is not a directory that can be read");
        }
    }

    private static string WhyNot(string path) =>
        IsHidden(path) ? "hidden"
        : Directory.Exists(path) ? "a directory"
        : Sounds.Contains(Path.GetExtension(path)) ? "a sound without a picture of the same name"
        : "neither a picture nor a sound by its name";

    private static bool IsHidden(string path) => Path.GetFileName(path).StartsWith('.');
}
