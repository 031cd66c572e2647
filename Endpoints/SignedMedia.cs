using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Postcard.Endpoints.Http;

namespace Postcard.Endpoints;

/// <summary>Links to media of cards that are not for everybody, good for whoever has them until they expire.</summary>
/// <param name="key">Of HMAC-SHA256.</param>
internal sealed class SignedMedia(ReadOnlyMemory<byte> key, TimeProvider time)
{
    private const int SignatureBytes = 16;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>A link for somebody who looks now.</summary>
    public string Sign(string path) => Sign(path, time.GetUtcNow() + Lifetime);

    /// <summary><c>path?exp=&lt;Unix seconds&gt;&amp;sig=&lt;signature&gt;</c>.</summary>
    /// <param name="path">From the root, with or without a query; a query is not signed.</param>
    public string Sign(string path, DateTimeOffset expires)
    {
        var seconds = expires.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var query = path.IndexOf('?');
        return $"{path}{(query < 0 ? '?' : '&')}exp={seconds}&sig={SignatureOf(query < 0 ? path : path[..query], seconds)}";
    }

    /// <summary>Whether the request's path came with a signature of ours that still holds.</summary>
    public bool Holds(Call call)
    {
        if (QueryFields.Value(call, "exp") is not { } seconds || QueryFields.Value(call, "sig") is not { } signature
            || !long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var expires))
        {
            return false;
        }

        var expected = SignatureOf(call.Http.Request.Path.Value!, seconds);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(signature))
            && time.GetUtcNow().ToUnixTimeSeconds() < expires;
    }

    private string SignatureOf(string path, string seconds) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key.Span, Encoding.UTF8.GetBytes($"{path}\n{seconds}")).AsSpan(0, SignatureBytes));
}
