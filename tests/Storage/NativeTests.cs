using System.IO.Pipes;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using Postcard.Storage;

namespace Postcard.Tests.Storage;

public sealed partial class NativeTests
{
    [Fact]
    public void SyncFile_OfWhatCannotBeSynced_Throws()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using var handle = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        Assert.Throws<IOException>(() => Native.SyncFile(handle));
    }

    /// <summary>.NET swallows what fsync says: EIO and a full disk would pass for "on disk".</summary>
    [Fact]
    public void Sources_NeverUseDotNetsOwnFlushToDisk()
    {
        var product = Path.GetFullPath("../..", Path.GetDirectoryName(ThisFile())!);
        var sources = new[] { "Commands", "Endpoints", "Jobs", "Media", "Storage" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(product, folder), "*.cs", SearchOption.AllDirectories))
            .ToList();
        Assert.NotEmpty(sources);
        Assert.DoesNotContain(sources, path => FlushToDisk().IsMatch(File.ReadAllText(path)));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"FlushToDisk|Flush\((true|flushToDisk)")]
    private static partial Regex FlushToDisk();
}
