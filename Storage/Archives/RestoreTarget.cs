using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Postcard.Storage.Engine;

namespace Postcard.Storage.Archives;

/// <summary>
/// A data directory that is made beside its place and gets its name in one step, whole. A kill leaves at most a directory <c>DIR.restoring-…</c>,
/// which the next restore removes, or in the moment of the exchange <c>DIR.replacing-…</c>, which is one of the two and stays.
/// </summary>
internal sealed class RestoreTarget : IDisposable
{
    private const string Staging = ".restoring-";
    private const string Replacing = ".replacing-";
    private const string Replaced = ".replaced-";
    private const string InnerName = "data";

    private readonly string _target;
    private readonly string _staging;
    private readonly DataLock? _old;
    private readonly SafeFileHandle _fileSystem;
    private DataLock? _own;

    private RestoreTarget(string target, DataLock? old)
    {
        (_target, _old) = (target, old);
        _staging = target + Staging + Ids.NewFile();
        _own = DataLock.Take(_staging);
        System.IO.Directory.CreateDirectory(Directory, ArchiveFormat.PrivateDirectory);
        _fileSystem = Native.OpenDirectory(_staging);
    }

    /// <summary>Where the files go.</summary>
    public string Directory => Path.Combine(_staging, InnerName);

    /// <param name="target">Full path of the data directory to make.</param>
    /// <param name="replace">Whether it may be there and hold something.</param>
    /// <exception cref="DataDirectoryInUseException">A server or a command has it.</exception>
    /// <exception cref="ArchiveException">It is not empty.</exception>
    /// <exception cref="IOException">Its parent directory cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static RestoreTarget Open(string target, bool replace)
    {
        // A service manager may have put a link there.
        target = Path.TrimEndingDirectorySeparator(target);
        target = System.IO.Directory.Exists(target) ? System.IO.Directory.ResolveLinkTarget(target, returnFinalTarget: true)?.FullName ?? target : target;
        var old = TakeOld(target, replace);
        try
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            RemoveLeftovers(target);
            return new(target, old);
        }
        catch
        {
            old?.Dispose();
            throw;
        }
    }

    /// <summary>Makes all that was written durable and gives it the directory's name.</summary>
    /// <returns>Where the old directory is now; null when there was none.</returns>
    /// <exception cref="IOException">The directory is what it was, or beside its place under a name that says so.</exception>
    public string? Finish(DateTimeOffset now)
    {
        Native.SyncFileSystem(_fileSystem);
        var parent = Path.GetDirectoryName(_target)!;
        string? aside = null;
        if (_old is null)
        {
            Native.RenameDirectory(Directory, _target);
        }
        else
        {
            Swap(aside = NameAside(now));
        }

        Native.SyncDirectory(parent);
        return aside;
    }

    /// <summary>Whenever this is cut, both directories are there, and none has a name that is cleaned away or that says it were the other.</summary>
    private void Swap(string aside)
    {
        var between = _target + Replacing + Ids.NewFile();
        Native.RenameDirectory(Directory, between);
        bool swapped;
        try
        {
            swapped = Native.TryExchange(between, _target);
            if (!swapped)
            {
                Native.RenameDirectory(_target, aside);
            }
        }
        catch (IOException)
        {
            Native.RenameDirectory(between, Directory);
            throw;
        }

        Native.RenameDirectory(between, swapped ? aside : _target);
    }

    /// <summary>The time, and a number where another restore of the same second has that name.</summary>
    private string NameAside(DateTimeOffset now)
    {
        var name = _target + Replaced + now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var free = name;
        for (var number = 2; Path.Exists(free); number++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}-{number}");
        }

        return free;
    }

    public void Dispose()
    {
        _fileSystem.Dispose();
        _old?.Dispose();
        _own?.Dispose();
        _own = null;
        System.IO.Directory.Delete(_staging, recursive: true);
    }

    /// <returns>The lock of a directory that holds something; null when there is nothing to replace.</returns>
    private static DataLock? TakeOld(string target, bool replace)
    {
        if (File.Exists(target))
        {
            throw new ArchiveException($"{target} is a file");
        }

        if (!System.IO.Directory.Exists(target) || !System.IO.Directory.EnumerateFileSystemEntries(target).Any())
        {
            return null;
        }

        if (!Store.IsIn(target))
        {
            // Such as the directory that the data directory lies in.
            throw new ArchiveException($"{target} holds something else than a store of Postcard; give another directory");
        }

        var old = DataLock.Take(target);
        if (replace)
        {
            return old;
        }

        old.Dispose();
        throw NotEmpty();

        ArchiveException NotEmpty() => new($"{target} is not empty; give another directory, or --replace to move it aside");
    }

    private static void RemoveLeftovers(string target)
    {
        foreach (var leftover in System.IO.Directory.EnumerateDirectories(Path.GetDirectoryName(target)!, Path.GetFileName(target) + Staging + "*"))
        {
            // Another restore would hold its lock.
            DataLock.Take(leftover).Dispose();
            System.IO.Directory.Delete(leftover, recursive: true);
        }
    }
}
