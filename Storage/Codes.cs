using System.Security.Cryptography;
using System.Text;

namespace Postcard.Storage;

/// <param name="Format"><c>jpg</c> or <c>png</c>.</param>
internal sealed record CodeFile(string Path, string Format, long Bytes, DateTimeOffset Modified);

/// <summary>
/// The mini-program codes of cards, in the cards' directories. No record names them: they can be fetched again, and go with the card. A card keeps
/// the newest few, whatever widths are asked for.
/// </summary>
internal sealed class Codes(MediaFiles files, CardReads reads, UserLocks locks)
{
    private const int MostPerCard = 4;

    /// <summary>The code that was kept for a page and a width; null when there is none.</summary>
    public CodeFile? Find(string uid, string card, int width, string page)
    {
        foreach (var format in new[] { "jpg", "png" })
        {
            var file = new FileInfo(Path.Combine(files.CardDirectory(uid, card), NameOf(width, page, format)));
            if (file.Exists)
            {
                return new(file.FullName, format, file.Length, file.LastWriteTimeUtc);
            }
        }

        return null;
    }

    /// <summary>Keeps a code, durably; beyond the bound the card's oldest go. Null when the card is gone.</summary>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public async Task<CodeFile?> KeepAsync(string uid, string card, int width, string page, byte[] picture)
    {
        using var hold = await locks.EnterAsync(uid);
        if ((await reads.FindAsync(card))?.Uid != uid)
        {
            return null;
        }

        var directory = files.CardDirectory(uid, card);
        MediaFiles.MakeDirectory(directory);
        foreach (var old in new DirectoryInfo(directory).EnumerateFiles(MediaFiles.Code + "*").OrderByDescending(file => file.LastWriteTimeUtc).Skip(MostPerCard - 1).ToList())
        {
            old.Delete();
        }

        MediaFiles.Write(picture, Path.Combine(directory, NameOf(width, page, picture[0] == 0xFF ? "jpg" : "png")));
        return Find(uid, card, width, page);
    }

    private static string NameOf(int width, string page, string format) =>
        $"{MediaFiles.Code}{width}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(page)))[..12]}.{format}";
}
