using System.Security.Cryptography;

namespace Postcard.Storage;

/// <summary>Random ids out of <c>[0-9a-z]</c>, so that neither a link nor a directory can be guessed.</summary>
internal static class Ids
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>103 bits.</summary>
    public const int CardLength = 20;

    public static string NewCard() => RandomNumberGenerator.GetString(Alphabet, CardLength);

    public static string NewUser() => RandomNumberGenerator.GetString(Alphabet, 16);

    /// <summary>Names a file that no other can collide with.</summary>
    public static string NewFile() => RandomNumberGenerator.GetString(Alphabet, 12);

    /// <summary>Whether <paramref name="id"/> has the form of a card's id: 12 to 28 characters of the alphabet.</summary>
    public static bool IsCard(string id)
    {
        if (id.Length is < 12 or > 28)
        {
            return false;
        }

        foreach (var c in id)
        {
            if (c is not (>= '0' and <= '9' or >= 'a' and <= 'z'))
            {
                return false;
            }
        }

        return true;
    }
}
