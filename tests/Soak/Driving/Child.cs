using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Soak.Driving;

/// <summary>A process that does not outlive the soak.</summary>
internal sealed partial class Child : IDisposable
{
    private static readonly List<Child> Running = [];

    private readonly Process _process;
    private readonly TaskCompletionSource<string> _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _errors = [];

    private Child(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote first to standard output; fails when it ends without a word.</summary>
    public Task<string> FirstLine => _firstLine.Task;

    /// <summary>The last lines of its standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
            {
                return string.Join('\n', _errors);
            }
        }
    }

    public static Child Start(IReadOnlyList<string> command, params (string Name, string Value)[] environment)
    {
        var info = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("POSTCARD_", StringComparison.Ordinal)).ToList())
        {
            info.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }

        var process = Process.Start(info) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        var child = new Child(process);
        lock (Running)
        {
            Running.Add(child);
        }

        process.OutputDataReceived += (_, line) => child.TakeOutput(line.Data);
        process.ErrorDataReceived += (_, line) => child.TakeError(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> StopAsync()
    {
        Signal(_process.Id, 15);
        return ExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        lock (Running)
        {
            Running.Remove(this);
        }

        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    public static void KillAll()
    {
        lock (Running)
        {
            foreach (var child in Running.Where(child => !child._process.HasExited))
            {
                child._process.Kill(entireProcessTree: true);
            }
        }
    }

    private void TakeOutput(string? line)
    {
        if (line is null)
        {
            _firstLine.TrySetException(new InvalidOperationException($"It ended without a word: {Errors}"));
        }
        else
        {
            _firstLine.TrySetResult(line);
        }
    }

    private void TakeError(string? line)
    {
        const int Kept = 20;
        lock (_errors)
        {
            _errors.Enqueue(line ?? "");
            if (_errors.Count > Kept)
            {
                _errors.Dequeue();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
