namespace Postcard.Storage.Engine;

/// <summary>What a log says that the data file should hold.</summary>
/// <param name="Pages">Where in the log the last confirmed version of each page lies.</param>
internal sealed record LogScan(LogEpoch Epoch, IReadOnlyDictionary<uint, long> Pages)
{
    /// <summary>Reads the longest valid chain of records and of it what commits confirmed.</summary>
    /// <param name="log">The log's file.</param>
    /// <param name="acknowledgedBytes">Where ends what was known to be on disk when the log broke while running: what is behind was reported as failed.</param>
    /// <returns>Null when there is nothing to redo.</returns>
    public static LogScan? Read(IDiskFile log, long acknowledgedBytes = long.MaxValue)
    {
        var block = new byte[LogFormat.BlockBytes];
        if (log.Read(block, 0) < block.Length || !LogFormat.TryReadEpoch(block, out var epoch, out var hash))
        {
            return null;
        }

        var confirmed = new Dictionary<uint, long>();
        var open = new Dictionary<uint, List<(uint Page, long At)>>();
        var pages = Array.Empty<byte>();
        var at = (long)LogFormat.BlockBytes;
        for (var sequence = 0L; at < acknowledgedBytes && log.Read(block, at) == block.Length; sequence++)
        {
            var bytes = LogFormat.PagesOf(block, epoch.Salt, sequence, hash) * DataHeader.PageBytes;
            at += LogFormat.BlockBytes;
            if (bytes > pages.Length)
            {
                pages = new byte[bytes];
            }

            if (bytes == 0 || log.Read(pages.AsSpan(0, bytes), at) < bytes || !LogFormat.TryVerify(block, pages.AsSpan(0, bytes), out hash))
            {
                break;
            }

            for (var offset = 0; offset < bytes; offset += DataHeader.PageBytes)
            {
                Take(pages.AsSpan(offset, DataHeader.PageBytes), at + offset, open, confirmed);
            }

            at += bytes;
        }

        return confirmed.Count == 0 ? null : new LogScan(epoch, confirmed);
    }

    private static void Take(ReadOnlySpan<byte> page, long at, Dictionary<uint, List<(uint Page, long At)>> open, Dictionary<uint, long> confirmed)
    {
        var transaction = DataHeader.TransactionId(page);
        if (!open.TryGetValue(transaction, out var pages))
        {
            open[transaction] = pages = [];
        }

        pages.Add((DataHeader.PageId(page), at));
        if (!DataHeader.IsConfirmed(page))
        {
            return;
        }

        foreach (var (id, position) in pages)
        {
            confirmed[id] = position;
        }

        open.Remove(transaction);
    }
}
