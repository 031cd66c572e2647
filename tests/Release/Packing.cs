using System.Formats.Tar;
using System.IO.Compression;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Security.Cryptography;

namespace Release;

/// <summary>Runs <c>publish.ps1</c> without PowerShell on the machine and opens the archives.</summary>
internal static class Packing
{
    private static readonly string[] Documents =
    [
        "LICENSE", "README.md", "README.zh-CN.md", "THIRD-PARTY-NOTICES.txt", "postcard.example.json",
        .. Directory.GetFiles("deploy").Select(file => $"deploy/{Path.GetFileName(file)}"),
    ];

    public static void Run(string output)
    {
        var made = RunScript(output);
        var archives = made.Where(path => path.EndsWith(".tar.gz", StringComparison.Ordinal)).ToList();
        Checks.Equal(2, archives.Count);
        Checks.That(Directory.GetDirectories(output).Length == 0, $"publish.ps1 left a folder in {output}");
        var sums = archives.Select(path => $"{Hash(path)}  {Path.GetFileName(path)}\n");
        Checks.Equal(string.Concat(sums), File.ReadAllText(Path.Combine(output, "SHA256SUMS")), "SHA256SUMS");
        Check(archives[0], "linux-x64", machine: 62);
        Check(archives[1], "linux-arm64", machine: 183);
    }

    private static List<string> RunScript(string output)
    {
        using var shell = PowerShell.Create(InitialSessionState.CreateDefault2());
        shell.AddCommand(Path.GetFullPath("publish.ps1")).AddParameter("Output", output);
        try
        {
            return [.. shell.Invoke().Select(line => line.ToString())];
        }
        catch (RuntimeException failure)
        {
            throw new CheckFailedException($"publish.ps1: {failure.Message}");
        }
    }

    private static void Check(string archive, string runtime, ushort machine)
    {
        var folder = Path.GetFileName(archive)[..^".tar.gz".Length];
        Checks.That(folder.StartsWith("postcard-", StringComparison.Ordinal) && folder.EndsWith($"-{runtime}", StringComparison.Ordinal),
            $"{archive} is not named by version and runtime");
        using var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
        var names = new List<string>();
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.EntryType == TarEntryType.Directory)
            {
                continue;
            }

            names.Add(entry.Name[(folder.Length + 1)..]);
            if (names[^1] == "postcard")
            {
                CheckProgram(runtime, entry, machine);
            }
        }

        names.Sort(StringComparer.Ordinal);
        Checks.Equal(string.Join(' ', Documents.Append("postcard").Order(StringComparer.Ordinal)), string.Join(' ', names), $"what {archive} holds");
        Checks.Passed(Path.GetFileName(archive));
    }

    private static void CheckProgram(string runtime, TarEntry entry, ushort machine)
    {
        var program = new byte[entry.Length];
        entry.DataStream!.ReadExactly(program);
        Checks.That(entry.Mode.HasFlag(UnixFileMode.UserExecute | UnixFileMode.OtherExecute), $"{entry.Name} cannot be executed by all");
        Checks.Equal(machine, Bundle.Machine(program), $"the ELF machine of {runtime}");
        BundleChecks.Check(runtime, program);
    }

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
