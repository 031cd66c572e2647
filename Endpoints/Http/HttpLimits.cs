namespace Postcard.Endpoints.Http;

/// <summary>The bounds of what one request and one connection may take.</summary>
internal static class HttpLimits
{
    public const int JsonBytes = 64 * 1024;
    public const int JsonDepth = 16;

    public const long PictureBytes = 20L * 1024 * 1024;
    public const long SoundBytes = 120L * 1024 * 1024;

    /// <summary>Boundaries, part headers and text parts beside the files.</summary>
    public const long FormOverheadBytes = 64 * 1024;

    /// <summary>A template's form brings a picture and a sound.</summary>
    public const long MediaBytes = PictureBytes + SoundBytes + FormOverheadBytes;

    /// <summary>How long one upload may take, its processing included.</summary>
    public static readonly TimeSpan UploadTime = TimeSpan.FromMinutes(15);

    /// <summary>How much of a refused body is read and thrown away, so that a client that writes before it reads gets the reply.</summary>
    public const long DrainBytes = 128L * 1024 * 1024;

    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30);

    /// <summary>How long a refused client that asked <c>Expect: 100-continue</c> has to show that it is sending its body already.</summary>
    public static readonly TimeSpan ContinueTime = TimeSpan.FromSeconds(2);

    public const int HeaderBytes = 32 * 1024;
    public const int HeaderCount = 64;
    public const int RequestLineBytes = 8 * 1024;
    public const int IdCharacters = 64;
    public const int TokenCharacters = 256;

    public static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(15);
    public static readonly TimeSpan KeepAliveTime = TimeSpan.FromSeconds(60);

    /// <summary>Slower bodies, in both directions, are cut after <see cref="SlowBodyGrace"/>.</summary>
    public const double SlowBodyBytesPerSecond = 512;

    public static readonly TimeSpan SlowBodyGrace = TimeSpan.FromSeconds(10);

    /// <summary>What a connection may send ahead of its handler; several thousand of them at 1 MB, the web server's default, would be all memory.</summary>
    public const int InputBytes = 128 * 1024;

    /// <summary>Requests under way on one connection of HTTP/2.</summary>
    public const int Streams = 64;

    /// <summary>The same bound for HTTP/2; 2.5 MB a second over a mobile network's 100 ms.</summary>
    public const int StreamWindowBytes = 256 * 1024;

    public const int ConnectionWindowBytes = 512 * 1024;

    public static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(20);
}
