using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Postcard.Storage.Engine;

/// <summary>
/// The format of <c>postcard.wal</c>. Block 0 names the epoch; behind it follow records of one header block and n pages.
/// Each record's hash covers its header and pages and the hash before it, so the valid log is the longest unbroken chain:
/// what an earlier epoch left behind, or a power cut tore, does not continue it.
/// </summary>
internal static class LogFormat
{
    public const int BlockBytes = 4096;
    public const int SaltBytes = 16;
    public const int HashBytes = 16;

    /// <summary>Pages that a record holds at most: the log is written once so many are waiting.</summary>
    public const int RecordPages = 512;

    private const int EpochHashedBytes = 40;
    private const int RecordHashedBytes = 60;

    private static ReadOnlySpan<byte> EpochMagic => "POSTLOG1"u8;

    private static ReadOnlySpan<byte> RecordMagic => "POSTREC1"u8;

    /// <summary>Fills block 0 and returns its hash, which the first record continues.</summary>
    public static byte[] WriteEpoch(Span<byte> block, in LogEpoch epoch)
    {
        block[..BlockBytes].Clear();
        EpochMagic.CopyTo(block);
        epoch.Salt.CopyTo(block[8..]);
        BinaryPrimitives.WriteInt64LittleEndian(block[24..], epoch.Created);
        BinaryPrimitives.WriteInt32LittleEndian(block[32..], epoch.Base);
        BinaryPrimitives.WriteInt32LittleEndian(block[36..], epoch.Next);
        var hash = Hash(block[..EpochHashedBytes]);
        hash.CopyTo(block[EpochHashedBytes..]);
        return hash;
    }

    public static bool TryReadEpoch(ReadOnlySpan<byte> block, out LogEpoch epoch, out byte[] hash)
    {
        epoch = new(
            block.Slice(8, SaltBytes).ToArray(),
            BinaryPrimitives.ReadInt64LittleEndian(block[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(block[32..]),
            BinaryPrimitives.ReadInt32LittleEndian(block[36..]));
        hash = Hash(block[..EpochHashedBytes]);
        return block.StartsWith(EpochMagic) && block.Slice(EpochHashedBytes, HashBytes).SequenceEqual(hash);
    }

    /// <summary>Fills the header in front of <paramref name="record"/>'s pages and returns the record's hash.</summary>
    public static byte[] WriteRecord(Span<byte> record, in LogRecord header)
    {
        var block = record[..BlockBytes];
        block.Clear();
        RecordMagic.CopyTo(block);
        header.Salt.CopyTo(block[8..]);
        BinaryPrimitives.WriteInt64LittleEndian(block[24..], header.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(block[32..], header.FirstPage);
        BinaryPrimitives.WriteInt32LittleEndian(block[40..], header.Pages);
        header.PreviousHash.CopyTo(block[44..]);
        var hash = Hash(block[..RecordHashedBytes], record[BlockBytes..]);
        hash.CopyTo(block[RecordHashedBytes..]);
        return hash;
    }

    /// <summary>The number of pages behind this header, or 0 when it does not continue the chain.</summary>
    public static int PagesOf(ReadOnlySpan<byte> block, byte[] salt, long sequence, byte[] previousHash)
    {
        var pages = BinaryPrimitives.ReadInt32LittleEndian(block[40..]);
        return block.StartsWith(RecordMagic)
            && block.Slice(8, SaltBytes).SequenceEqual(salt)
            && BinaryPrimitives.ReadInt64LittleEndian(block[24..]) == sequence
            && block.Slice(44, HashBytes).SequenceEqual(previousHash)
            && pages is > 0 and <= RecordPages
            ? pages
            : 0;
    }

    public static bool TryVerify(ReadOnlySpan<byte> block, ReadOnlySpan<byte> pages, out byte[] hash)
    {
        hash = Hash(block[..RecordHashedBytes], pages);
        return block.Slice(RecordHashedBytes, HashBytes).SequenceEqual(hash);
    }

    private static byte[] Hash(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body = default)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(head);
        sha.AppendData(body);
        Span<byte> full = stackalloc byte[SHA256.HashSizeInBytes];
        sha.GetHashAndReset(full);
        return full[..HashBytes].ToArray();
    }
}

/// <summary>A log from one checkpoint to the next.</summary>
/// <param name="Created">The identity of the data file that the log belongs to.</param>
/// <param name="Base">The stamp of the data file when the epoch began.</param>
/// <param name="Next">The stamp that the data file gets with this log's pages.</param>
internal readonly record struct LogEpoch(byte[] Salt, long Created, int Base, int Next)
{
    public static LogEpoch Start(long created, int stamp) =>
        new(RandomNumberGenerator.GetBytes(LogFormat.SaltBytes), created, stamp, NewStamp());

    public static int NewStamp() => RandomNumberGenerator.GetInt32(1, int.MaxValue);
}

internal readonly record struct LogRecord(byte[] Salt, long Sequence, long FirstPage, int Pages, byte[] PreviousHash);
