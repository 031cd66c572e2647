using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Postcard.Storage;

/// <summary>
/// Which files and directories below <c>users/</c> and <c>templates/</c> are ours by their place and name. Whatever else lies there is
/// somebody's, such as <c>lost+found</c>: it is named, and never removed.
/// </summary>
internal static partial class MediaLayout
{
    /// <summary>Whether this is the place of a medium. Paths are relative to the data directory.</summary>
    public static bool IsMedium(string path) => Medium().IsMatch(path);

    public static bool IsUser(string name) => User().IsMatch(name);

    public static bool IsTemplate(string name) => Template().IsMatch(name);

    /// <summary>Whether a file may have this name in a directory of media.</summary>
    public static bool IsFileName(string name) => FileName().IsMatch(name);

    /// <summary>Whether there are media in a data directory, or places for some.</summary>
    public static bool HoldsMedia(string root) =>
        Names(Path.Combine(root, "users")).Any(IsUser) || Names(Path.Combine(root, "templates")).Any(IsTemplate);

    /// <summary>Each file that is ours below a directory of ours, and what is not ours, whose inside nobody looks at.</summary>
    public static IEnumerable<(string Path, bool Own)> Walk(string root, string directory) => new FileSystemEnumerable<(string, bool)>(
        directory,
        (ref FileSystemEntry entry) => (entry.ToFullPath(), IsOwn(root, ref entry)),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = default })
    {
        ShouldRecursePredicate = (ref FileSystemEntry entry) => IsOwn(root, ref entry),
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory || !IsOwn(root, ref entry),
    };

    private static bool IsOwn(string root, ref FileSystemEntry entry)
    {
        var path = Path.GetRelativePath(root, entry.ToFullPath());
        return entry.IsDirectory ? OwnDirectory().IsMatch(path) : OwnFile().IsMatch(path);
    }

    private static IEnumerable<string> Names(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path)) : [];

    private const string Uid = "[0-9a-z]{16}", CardId = "[0-9a-z]{12,28}", Number = "[0-9]{1,10}";
    private const string Kinds = @"[0-9a-z_]+-[0-9a-z-]+\.[0-9a-z]{1,5}", Unfinished = @"\.incoming-[0-9a-z]+";
    private const string Leaf = $"(users/{Uid}/(cards/{CardId}|temp)|templates/{Number})";

    [GeneratedRegex($@"^{Uid}\z")]
    private static partial Regex User();

    [GeneratedRegex($@"^{Number}\z")]
    private static partial Regex Template();

    [GeneratedRegex($@"^({Kinds}|{Unfinished})\z")]
    private static partial Regex FileName();

    [GeneratedRegex($@"^{Leaf}/{Kinds}\z")]
    private static partial Regex Medium();

    [GeneratedRegex($@"^({Leaf}/({Kinds}|{Unfinished})|templates/{Unfinished})\z")]
    private static partial Regex OwnFile();

    [GeneratedRegex($@"^(users/{Uid}(/cards(/{CardId})?|/temp)?|templates/{Number})\z")]
    private static partial Regex OwnDirectory();
}
