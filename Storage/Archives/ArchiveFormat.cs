namespace Postcard.Storage.Archives;

/// <summary>
/// What a backup is: a tar.gz that begins with <see cref="About"/>, holds the database, the settings and the media under the names that they have
/// in a data directory, and ends with <see cref="Manifest"/>.
/// </summary>
internal static class ArchiveFormat
{
    public const int Version = 1;
    public const string About = "about.json";
    public const string Manifest = "manifest.json";
    public const string Settings = "postcard.json";
    public const string Database = Engine.DataFiles.DataName;

    public const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode PrivateDirectory = PrivateFile | UnixFileMode.UserExecute;
}

/// <summary>A backup that cannot be used; the message says why.</summary>
internal sealed class ArchiveException(string message) : Exception(message);
