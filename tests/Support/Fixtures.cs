using System.Formats.Tar;
using System.IO.Compression;

namespace Postcard.Tests.Support;

/// <summary>Stores that earlier releases left; see their README.</summary>
internal static class Fixtures
{
    /// <param name="into">A directory, made when it is not there.</param>
    /// <returns>The data directory.</returns>
    public static string Unpack(string name, string into)
    {
        Directory.CreateDirectory(into);
        using var gzip = new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Storage", "Fixtures", name)), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(gzip, into, overwriteFiles: false);
        return Path.Combine(into, "data");
    }
}
