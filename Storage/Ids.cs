using System.Security.Cryptography;

namespace Postcard.Storage;

/// <summary>Random ids out of <c>[0-9a-z]</c>, so that neither a link nor a directory can be guessed.</summary>
internal static class Ids
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>The time, in base 36, and 82 bits that nobody can guess.</summary>
    private const int TimeLength = 8, CardLength = TimeLength + 16;

    /// <summary>Begins with the time, so that new cards share the last pages of an index: a commit of many is a few pages, and not one for each.</summary>
    /// <param name="created">Unix time in milliseconds.</param>
    public static string NewCard(long created) => string.Create(CardLength, created, static (id, time) =>
    {
        for (var place = TimeLength - 1; place >= 0; place--, time /= Alphabet.Length)
        {
            id[place] = Alphabet[(int)(time % Alphabet.Length)];
        }

        RandomNumberGenerator.GetItems(Alphabet, id[TimeLength..]);
    });

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
