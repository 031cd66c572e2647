using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Bench.Peers;

/// <summary>Every process that was started; none outlives the bench.</summary>
internal static partial class Children
{
    private const int Terminate = 15;
    private static readonly List<Process> Running = [];

    public static Process Start(string program, IEnumerable<string> arguments, string log, params (string Name, string Value)[] environment)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }

        var process = Process.Start(info) ?? throw new InvalidOperationException($"{program} did not start.");
        lock (Running)
        {
            Running.Add(process);
        }

        var writer = TextWriter.Synchronized(new StreamWriter(log) { AutoFlush = true });
        process.OutputDataReceived += (_, line) => writer.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => writer.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Asks the process to end, and ends it if it has not done so within 10 s.</summary>
    public static async Task StopAsync(Process process)
    {
        if (!process.HasExited)
        {
            Kill(process.Id, Terminate);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        lock (Running)
        {
            Running.Remove(process);
        }
    }

    public static void KillAll()
    {
        lock (Running)
        {
            Running.Where(process => !process.HasExited).ToList().ForEach(process => process.Kill(entireProcessTree: true));
            Running.Clear();
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
