using System.Collections;

namespace Postcard.Commands;

/// <summary>All that a run of the program knows of the world besides its arguments.</summary>
/// <param name="Environment">The process's variables. Nothing else reads them.</param>
/// <param name="Directory">Where relative paths start.</param>
/// <param name="IsTerminal">Whether somebody watches <paramref name="Error"/>, so that progress may be shown there.</param>
internal sealed record Surroundings(
    IReadOnlyDictionary<string, string> Environment, TextWriter Out, TextWriter Error, string Directory, bool IsTerminal = false)
{
    public static Surroundings OfProcess() => new(
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => (string)(pair.Value ?? "")),
        Console.Out, Console.Error, System.Environment.CurrentDirectory, IsTerminal: !Console.IsErrorRedirected);

    public string PathOf(string path) => Path.GetFullPath(path, Directory);
}
