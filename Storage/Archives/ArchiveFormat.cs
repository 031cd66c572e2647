using System.Text.RegularExpressions;

namespace Postcard.Storage.Archives;

/// <summary>
/// What a backup is: a tar.gz that begins with <see cref="About"/>, holds the database, the settings and the media under the names that they have
/// in a data directory, and ends with <see cref="Manifest"/>.
/// </summary>
internal static partial class ArchiveFormat
{
    public const int Version = 1;
    public const string About = "about.json";
    public const string Manifest = "manifest.json";
    public const string Settings = "postcard.json";
    public const string Database = Engine.DataFiles.DataName;

    public const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode PrivateDirectory = PrivateFile | UnixFileMode.UserExecute;

    /// <summary>Whether a file of this name may be unpacked: nothing else may name a place on the disk.</summary>
    public static bool IsMedia(string name) => MediaName().IsMatch(name);

    [GeneratedRegex(@"^(users/[0-9a-z]{1,32}/(cards/[0-9a-z]{1,32}|temp)|templates/[0-9]{1,10})/[0-9a-z_]+-[0-9a-z-]+\.[0-9a-z]{1,5}\z")]
    private static partial Regex MediaName();
}

/// <summary>A backup that cannot be used; the message says why.</summary>
internal sealed class ArchiveException(string message) : Exception(message);
