using System.Diagnostics;

namespace Soak;

/// <summary>What all trials share: the program, the bounds, a directory.</summary>
/// <param name="Previous">The program of the release before; null when there is none at hand.</param>
internal sealed class Stage(string server, string? previous, TimeSpan time, int rounds, string? directory, CancellationToken cancel) : IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly string _directory = directory is null
        ? System.IO.Directory.CreateTempSubdirectory("postcard-soak-").FullName
        : System.IO.Directory.CreateDirectory(directory).FullName;

    public string Server { get; } = server;

    public string? Previous { get; } = previous;

    public CancellationToken Cancel { get; } = cancel;

    public int Rounds { get; } = rounds;

    /// <summary>The numbers of the rounds, for as long as there is time.</summary>
    public IEnumerable<int> Round(int factor = 1) => Enumerable.Range(0, Rounds * factor).TakeWhile(_ => _clock.Elapsed < time && !Cancel.IsCancellationRequested);

    /// <summary>A new directory (0700).</summary>
    public string Directory(string name)
    {
        var path = Path.Combine(_directory, name);
        return System.IO.Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    public void Dispose()
    {
        Child.KillAll();
        if (directory is null)
        {
            System.IO.Directory.Delete(_directory, recursive: true);
        }
    }
}
