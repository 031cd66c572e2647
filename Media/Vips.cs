using NetVips;

namespace Postcard.Media;

/// <summary>libvips, set up once for a server that decodes files of strangers.</summary>
internal static class Vips
{
    /// <summary>What is read, and nothing else: SVG, PDF, TIFF and the rest are whole worlds of their own.</summary>
    private static readonly string[] Loaders =
        ["VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadNsgif", "VipsForeignLoadHeif"];

    private static readonly Lazy<string> Started = new(Start);

    /// <summary>Loads and sets up the library on the first call; the version, as <c>libvips 8.18.2</c>.</summary>
    public static string Use() => Started.Value;

    private static string Start()
    {
        // One thread per picture: the server's parallelism is one picture per core. Nothing is ever decoded twice, so the
        // cache would only hold memory, and its key would be a file name that is used again for other content.
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
        foreach (var domain in (string[])["VIPS", "GLib", "GLib-GObject"])
        {
            // Its warnings name files and flood stderr.
            Log.SetLogHandler(domain, Enums.LogLevelFlags.All, static (_, _, _) => { });
        }

        Operation.Block("VipsForeignLoad", true);
        foreach (var loader in Loaders)
        {
            Operation.Block(loader, false);
        }

        return $"libvips {NetVips.NetVips.Version(0)}.{NetVips.NetVips.Version(1)}.{NetVips.NetVips.Version(2)}";
    }
}
