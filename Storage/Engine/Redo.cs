namespace Postcard.Storage.Engine;

/// <summary>Brings a log's pages into the data file before LiteDB sees either. Doing it twice is doing it once.</summary>
internal static class Redo
{
    /// <exception cref="IOException">The log stays as it is; the data file may hold a part, which the next try completes.</exception>
    public static void Apply(LogScan scan, IDiskFile log, IDiskFile data)
    {
        var page = new byte[DataHeader.PageBytes];
        foreach (var (id, at) in scan.Pages.OrderBy(entry => entry.Key))
        {
            ReadPage(log, at, page);
            Write(id);
        }

        // The stamp tells a data file that has this log's pages from an older copy of it, which must not get the next log's.
        if (!scan.Pages.ContainsKey(0))
        {
            data.Read(page, 0);
            Write(0);
        }

        data.Sync();

        void Write(uint id)
        {
            if (id == 0)
            {
                DataHeader.SetStamp(page, scan.Epoch.Next);
            }

            data.Write(page, (long)id * DataHeader.PageBytes);
        }
    }

    /// <summary>Reads a page of the log as the data file would hold it.</summary>
    public static void ReadPage(IDiskFile log, long at, Span<byte> page)
    {
        if (log.Read(page, at) < DataHeader.PageBytes)
        {
            throw new EndOfStreamException("The log became shorter while it was read.");
        }

        DataHeader.ClearTransaction(page);
    }
}
