using System.Diagnostics;

namespace Release;

/// <summary>
/// A place that has the program, what .NET needs of a system (glibc, libstdc++, OpenSSL), an /etc/passwd and nothing else: no dotnet,
/// no libvips, no libmp3lame. Where this user may not make one, the program runs in the open, still with an empty environment.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    private static readonly string[] SystemLibraries =
    [
        "libc.so.6", "libdl.so.2", "libgcc_s.so.1", "libm.so.6", "libpthread.so.0", "libresolv.so.2", "librt.so.1", "libstdc++.so.6",
        "libcrypto.so.3", "libssl.so.3", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
    ];

    private readonly string _root = Directory.CreateTempSubdirectory("postcard-release-").FullName;
    private readonly string _program;

    public Sandbox(string program)
    {
        Isolated = CanIsolate();
        _program = program;
        if (Isolated)
        {
            Furnish(program);
        }
    }

    public bool Isolated { get; }

    /// <summary>The data directory, as this process sees it.</summary>
    public string Data => Path.Combine(_root, "data");

    /// <summary>Where the program unpacks its native libraries, as it sees the path itself.</summary>
    public string Bundle => Isolated ? "/root/.net/" : Path.Combine(_root, "bundle") + "/";

    /// <param name="arguments">May hold <c>DATA</c>, which becomes the data directory as the program sees it.</param>
    public Process Start(params string[] arguments)
    {
        var own = arguments.Select(argument => argument == "DATA" ? Isolated ? "/data" : Data : argument);
        // Both exec, so that the process id is the program's.
        var start = Isolated
            ? new ProcessStartInfo("unshare", ["--mount", "sh", "-c", "mount -t proc proc \"$0/proc\" && mount --bind /dev \"$0/dev\" && exec env -i \"$(command -v chroot)\" \"$0\" /postcard \"$@\"", _root, .. own])
            : new ProcessStartInfo("env", ["-i", $"DOTNET_BUNDLE_EXTRACT_BASE_DIR={Bundle}", _program, .. own]);
        start.RedirectStandardOutput = true;
        return Process.Start(start)!;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static bool CanIsolate()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return false;
        }

        using var trial = Process.Start(new ProcessStartInfo("unshare", ["--mount", "mount", "-t", "proc", "proc", "/proc"]) { RedirectStandardError = true })!;
        trial.WaitForExit();
        return trial.ExitCode == 0;
    }

    private void Furnish(string program)
    {
        foreach (var folder in new[] { "proc", "dev", "etc", "root", "tmp", "lib", "lib64", "data" })
        {
            Directory.CreateDirectory(Path.Combine(_root, folder));
        }

        File.WriteAllText(Path.Combine(_root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        File.Copy(program, Path.Combine(_root, "postcard"));
        foreach (var library in LibrariesHere())
        {
            var name = Path.GetFileName(library);
            // The loader has a fixed place, which differs by architecture.
            File.Copy(library, Path.Combine(_root, name == "ld-linux-x86-64.so.2" ? "lib64" : "lib", name));
        }
    }

    private static IEnumerable<string> LibrariesHere() =>
        SystemLibraries
            .Select(name => new[] { "/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/lib64", "/lib" }
                .Select(folder => Path.Combine(folder, name))
                .FirstOrDefault(File.Exists))
            .OfType<string>();
}
