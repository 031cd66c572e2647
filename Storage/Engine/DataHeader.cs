using System.Buffers.Binary;
using LiteDB;
using LiteDB.Engine;

namespace Postcard.Storage.Engine;

/// <summary>
/// The parts of a LiteDB 5 data file that we read and write ourselves: its pages of 8 KiB start with page id, type,
/// transaction id and a mark for the last page of a commit, and page 0 carries the pragmas.
/// </summary>
/// <param name="Created">When the file was made, in ticks: it stands for the file's identity.</param>
/// <param name="Stamp">A random number in pragma USER_VERSION that every checkpoint replaces: it stands for the file's state.</param>
internal readonly record struct DataHeader(long Created, int Stamp)
{
    public const int PageBytes = 8192;

    private const int TransactionAt = 14;
    private const int ConfirmedAt = 18;
    private const int InfoAt = 32;
    private const int VersionAt = 59;
    private const int CreatedAt = 68;
    private const int StampAt = 76;

    private static ReadOnlySpan<byte> Info => "** This is a LiteDB file **"u8;

    /// <summary>Null when page 0 is not the start of a LiteDB file.</summary>
    public static DataHeader? Read(IDiskFile data)
    {
        var page = new byte[PageBytes];
        if (data.Read(page, 0) < PageBytes || !page.AsSpan(InfoAt).StartsWith(Info) || page[VersionAt] != 8)
        {
            return null;
        }

        return new(BinaryPrimitives.ReadInt64LittleEndian(page.AsSpan(CreatedAt)), BinaryPrimitives.ReadInt32LittleEndian(page.AsSpan(StampAt)));
    }

    /// <summary>The one page that a new data file consists of.</summary>
    /// <remarks>All that is not zero in it lies in its first 512 bytes, so that a torn write is either nothing or everything.</remarks>
    public static byte[] NewFile(int stamp)
    {
        var data = new MemoryStream();
        using (var engine = new LiteEngine(new EngineSettings { DataStream = data, LogStream = new MemoryStream(), Collation = Collation.Binary }))
        {
            engine.Pragma("CHECKPOINT", 0);
            engine.Pragma("UTC_DATE", true);
            engine.Pragma("USER_VERSION", stamp);
            engine.Checkpoint();
        }

        return data.ToArray();
    }

    public static void SetStamp(Span<byte> page0, int stamp) => BinaryPrimitives.WriteInt32LittleEndian(page0[StampAt..], stamp);

    public static uint PageId(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt32LittleEndian(page);

    public static uint TransactionId(ReadOnlySpan<byte> page) => BinaryPrimitives.ReadUInt32LittleEndian(page[TransactionAt..]);

    /// <summary>Whether this is the last page of a commit.</summary>
    public static bool IsConfirmed(ReadOnlySpan<byte> page) => page[ConfirmedAt] != 0;

    /// <summary>Makes a page of the log one of the data file, as LiteDB's own checkpoint does.</summary>
    public static void ClearTransaction(Span<byte> page)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(page[TransactionAt..], uint.MaxValue);
        page[ConfirmedAt] = 0;
    }
}
