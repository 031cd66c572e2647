using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Postcard.WeChat;

/// <summary>Tells whether a pushed message is WeChat's, and opens those of the safe mode.</summary>
/// <param name="token">As entered at mp.weixin.qq.com; with it the signatures are made.</param>
/// <param name="key">The EncodingAESKey, 43 characters; null where the safe mode is not used.</param>
internal sealed class PushSeal(string token, string? key, string appId)
{
    private const int RandomBytes = 16, LengthBytes = 4;

    /// <summary>Blocks of 32 bytes are padded, not of AES's 16.</summary>
    private const int MaxPadding = 32;

    /// <summary>Whether <paramref name="signature"/> stands for these texts and the token: their SHA-1, sorted and joined.</summary>
    public bool Signed(string? signature, params string[] texts)
    {
        var joined = string.Concat(texts.Append(token).Order(StringComparer.Ordinal));
        var expected = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(joined)));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(signature ?? ""));
    }

    /// <summary>
    /// The message inside of a field <c>Encrypt</c>: AES-256-CBC over 16 random bytes, the length, the message and the appid. Whoever asks has checked the
    /// signature over it, so that nobody else learns here what padding is right.
    /// </summary>
    /// <returns>Null when it is not for this app, or no message at all.</returns>
    public byte[]? Open(string encrypted)
    {
        if (key is null)
        {
            return null;
        }

        var sealedBytes = new byte[encrypted.Length];
        if (!Convert.TryFromBase64String(encrypted, sealedBytes, out var count) || count == 0 || count % RandomBytes != 0)
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.Key = Convert.FromBase64String(key + "=");
        var plain = aes.DecryptCbc(sealedBytes.AsSpan(0, count), aes.Key.AsSpan(0, RandomBytes), PaddingMode.None);
        return MessageIn(plain);
    }

    private byte[]? MessageIn(ReadOnlySpan<byte> plain)
    {
        var padding = plain[^1];
        if (padding is 0 or > MaxPadding || plain.Length - padding < RandomBytes + LengthBytes || plain[^padding..].ContainsAnyExcept(padding))
        {
            return null;
        }

        var content = plain[RandomBytes..^padding];
        var length = BinaryPrimitives.ReadUInt32BigEndian(content);
        content = content[LengthBytes..];
        return length <= content.Length && content[(int)length..].SequenceEqual(Encoding.UTF8.GetBytes(appId))
            ? content[..(int)length].ToArray()
            : null;
    }
}
