using System.Diagnostics;

namespace Postcard.Tests.Support;

/// <summary>A run of a program that other people wrote.</summary>
internal static class ToolRun
{
    /// <returns>The exit code, and what it wrote to both outputs.</returns>
    public static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }
}
