using System.Buffers.Binary;
using System.Text;

namespace Postcard.Tests.Support;

/// <summary>Damages pages of a database, as a failing disk does.</summary>
internal static class Damage
{
    public const int PageBytes = 8192;

    // Byte 4 of a page's header.
    public const byte IndexPage = 3, DataPage = 4;

    /// <summary>Overwrites the pages of a kind that hold <paramref name="text"/>; at least one has to.</summary>
    public static void Pages(Span<byte> database, byte kind, ReadOnlySpan<byte> text, Manner manner)
    {
        var found = 0;
        for (var at = 0; at < database.Length; at += PageBytes)
        {
            var page = database.Slice(at, PageBytes);
            if (page[4] == kind && page.IndexOf(text) is >= 0 and var where)
            {
                found++;
                switch (manner)
                {
                    case Manner.Zeros:
                        page.Clear();
                        break;
                    case Manner.Garbage:
                        new Random(1).NextBytes(page);
                        break;
                    case Manner.Header:
                        page[..32].Fill(0xFF);
                        break;
                    case Manner.Document:
                        page.Slice(where - 20, 20).Fill(0xFF);
                        break;
                }
            }
        }

        Assert.NotEqual(0, found);
    }

    /// <summary>Alters a key in the indexes of the collection that has a document of this id.</summary>
    public static void Keys(Span<byte> database, ReadOnlySpan<byte> id, ReadOnlySpan<byte> key)
    {
        var collections = new HashSet<uint>();
        for (var at = 0; at < database.Length; at += PageBytes)
        {
            if (database[at + 4] == IndexPage && database.Slice(at, PageBytes).IndexOf(id) >= 0)
            {
                collections.Add(CollectionOf(database[at..]));
            }
        }

        var found = 0;
        for (var at = 0; at < database.Length; at += PageBytes)
        {
            var page = database.Slice(at, PageBytes);
            if (page[4] == IndexPage && collections.Contains(CollectionOf(page)) && page.IndexOf(id) < 0 && page.IndexOf(key) is >= 0 and var where)
            {
                page[where]++;
                found++;
            }
        }

        Assert.Equal(1, found);
    }

    private static uint CollectionOf(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt32LittleEndian(page[19..]);

    /// <inheritdoc cref="Pages(Span{byte}, byte, ReadOnlySpan{byte}, Manner)"/>
    public static void Pages(string path, byte kind, string text, Manner manner)
    {
        var database = File.ReadAllBytes(path);
        Pages(database, kind, Encoding.UTF8.GetBytes(text), manner);
        File.WriteAllBytes(path, database);
    }
}

public enum Manner
{
    Zeros,
    Garbage,
    Header,

    /// <summary>The bytes before the text, which tell its length and type.</summary>
    Document,
}
