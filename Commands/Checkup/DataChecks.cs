using Postcard.Storage;

namespace Postcard.Commands.Checkup;

/// <summary>The data directory: whose it is, who may look into it, what it lies on, how much room there is.</summary>
internal static class DataChecks
{
    private const string DirectoryCheck = "data directory", FilesCheck = "files in it", SpaceCheck = "free space", FileSystemCheck = "file system";
    private const int EntriesLookedAt = 50_000;
    private const UnixFileMode Others = (UnixFileMode)0b000_111_111;

    private static readonly string[] OverNetworks =
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "ncpfs", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "fuse.ossfs", "fuse.cosfs"];

    public static IEnumerable<Finding> Run(Settings settings, RunningServer? server)
    {
        var data = settings.Data;
        yield return Server(settings, server);
        if (!Directory.Exists(data))
        {
            yield return Missing(data);
        }
        else
        {
            yield return Owner(data, server);
            yield return Modes(data);
        }

        if (Existing(data) is { } place)
        {
            yield return Space(place, settings.MinFreeMegabytes);
            yield return Kind(place);
        }
    }

    /// <summary>Whether there is a store that some server should serve.</summary>
    public static bool WantsServer(Settings settings) => !settings.Dev && Store.IsIn(settings.Data);

    private static Finding Server(Settings settings, RunningServer? server) => server switch
    {
        { User: 0 } => Finding.Warning("server", "a server runs, as root: give it a user of its own, as deploy/postcard.service does"),
        not null => Finding.Ok("server", $"a server runs here, process {server.Process}"),
        _ when WantsServer(settings) => Finding.Failed("server",
            $"none runs on {settings.Data}, though there is a store: systemctl start postcard, and journalctl -u postcard says why it ended"),
        _ => Finding.Ok("server", $"none runs on {settings.Data}"),
    };

    private static Finding Missing(string data) => File.Exists(data)
        ? Finding.Failed(DirectoryCheck, $"{data} is a file: choose another with --data")
        : Existing(data) is { } place && Posix.MayWrite(place)
            ? Finding.Ok(DirectoryCheck, $"{data} is not there yet; the first start makes it")
            : Finding.Failed(DirectoryCheck, $"{data} is not there and cannot be made: make it for the service's user, mode 0700, or choose another with --data");

    private static Finding Owner(string data, RunningServer? server)
    {
        var status = Posix.StatusOf(Real(data));
        return status switch
        {
            null => Finding.Failed(DirectoryCheck, $"{data} cannot be looked at: run this as the service's user or as root"),
            _ when status.Owner != Posix.User && (server is null || server.User != status.Owner) => Finding.Warning(DirectoryCheck,
                $"{data} belongs to user {status.Owner}, not to {Posix.User}: run commands as its owner, or while its server runs, else they leave files that the server cannot open"),
            _ when (status.Mode & Others) != 0 => Finding.Failed(DirectoryCheck, $"{data} has mode {Octal(status.Mode)}, so that others may look in: chmod 700 {data}"),
            _ when status.Owner == Posix.User && !Posix.MayWrite(data) => Finding.Failed(DirectoryCheck, $"{data} cannot be written by its owner: chmod 700 {data}, and see that it is not mounted read-only"),
            _ => Finding.Ok(DirectoryCheck, $"{data}, mode {Octal(status.Mode)}, {(status.Owner == Posix.User ? "owned by this user" : "owned by the server's user")}"),
        };
    }

    /// <summary>The directory's own mode keeps others out; files with more than it show that somebody copied them here as another user.</summary>
    private static Finding Modes(string data)
    {
        var owner = Posix.StatusOf(Real(data))?.Owner;
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        string? open = null, foreign = null;
        var seen = 0;
        foreach (var path in Directory.EnumerateFileSystemEntries(data, "*", options).Take(EntriesLookedAt))
        {
            seen++;

            // A server that runs deletes and renames meanwhile.
            if (Posix.StatusOf(path) is { } status)
            {
                open ??= (status.Mode & Others) != 0 ? path : null;
                foreign ??= status.Owner != owner ? path : null;
            }
        }

        return foreign is not null ? Finding.Failed(FilesCheck, $"{Path.GetRelativePath(data, foreign)} belongs to another user than {data}: chown -R --reference={data} {data}")
            : open is not null ? Finding.Warning(FilesCheck, $"{Path.GetRelativePath(data, open)} may be read by others: chmod -R go= {data}")
            : Finding.Ok(FilesCheck, seen == EntriesLookedAt ? $"the first {EntriesLookedAt} are private" : $"{seen}, all private");
    }

    private static Finding Space(string place, int floorMegabytes)
    {
        const long Megabyte = 1024 * 1024;
        var free = new DriveInfo(place).AvailableFreeSpace / Megabyte;
        return free < floorMegabytes ? Finding.Failed(SpaceCheck, $"{free} MB, below the floor of {floorMegabytes} MB (minFreeMegabytes): uploads are refused until there is more")
            : free < Math.Max(256, 8 * floorMegabytes) ? Finding.Warning(SpaceCheck, $"{free} MB: make room or move the data to a larger disk before uploads stop at {floorMegabytes} MB")
            : Finding.Ok(SpaceCheck, $"{free} MB, uploads stop at {floorMegabytes} MB");
    }

    private static Finding Kind(string place)
    {
        var type = Mounts.Find(File.ReadLines("/proc/self/mountinfo"), Real(place))?.Type ?? "unknown";
        return type switch
        {
            _ when OverNetworks.Contains(type) => Finding.Failed(FileSystemCheck, $"{type} goes over a network, where locks and fsync do not hold what the store needs: move the data to a local disk"),
            "tmpfs" or "ramfs" => Finding.Failed(FileSystemCheck, $"{type} is memory and gone after a restart: move the data to a disk"),
            "overlay" or "aufs" => Finding.Warning(FileSystemCheck, $"{type} goes with its container: mount a volume at the data directory"),
            _ when type.StartsWith("fuse", StringComparison.Ordinal) || type == "virtiofs" => Finding.Warning(FileSystemCheck, $"{type} keeps an fsync only if what is behind it does: better move the data to a local disk"),
            _ => Finding.Ok(FileSystemCheck, type),
        };
    }

    /// <summary>The nearest directory above that exists, or the path itself.</summary>
    private static string? Existing(string path) => Directory.Exists(path) ? path : Path.GetDirectoryName(path) is { } parent ? Existing(parent) : null;

    /// <summary>With links resolved: systemd's state directory of a dynamic user is one.</summary>
    private static string Real(string path)
    {
        var parent = Path.GetDirectoryName(path);
        var full = parent is null ? path : Path.Combine(Real(parent), Path.GetFileName(path));
        return Directory.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
    }

    private static string Octal(UnixFileMode mode) => "0" + Convert.ToString((int)mode, 8);
}
