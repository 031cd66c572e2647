using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Postcard.Storage;

/// <summary>Opaque tokens of 256 random bits. At rest there is only their SHA-256.</summary>
internal static class SessionToken
{
    private const string Prefix = "pc_";
    private const int RandomBytes = 32;

    public static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static bool HasForm(string token) =>
        token.StartsWith(Prefix, StringComparison.Ordinal) && token.Length == Prefix.Length + Base64Url.GetEncodedLength(RandomBytes);

    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static UInt128 KeyOfHash(string hash) => IdentityKey.OfHash(Convert.FromHexString(hash));
}

/// <summary>What a token is looked up by in memory: half of its SHA-256.</summary>
internal static class IdentityKey
{
    public static UInt128 Of(string token)
    {
        Span<byte> text = stackalloc byte[512];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (Encoding.UTF8.TryGetBytes(token, text, out var length))
        {
            SHA256.HashData(text[..length], hash);
        }
        else
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(token), hash);
        }

        return OfHash(hash);
    }

    public static UInt128 OfHash(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<UInt128>(hash);
}

/// <param name="Expires">Unix time in milliseconds.</param>
internal sealed record Identity(string Uid, long Expires, bool IsOpenId);
