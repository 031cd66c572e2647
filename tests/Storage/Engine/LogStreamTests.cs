using System.Buffers.Binary;
using Postcard.Storage.Engine;

namespace Postcard.Tests.Storage.Engine;

public sealed class LogStreamTests
{
    private static readonly DataHeader Header = new(Created: 4711, Stamp: 1);

    [Fact]
    public void Scan_OfPagesWithoutTheirCommit_LeavesThemOut()
    {
        var disk = new SimulatedDisk();
        var log = new LogStream(disk.Open("log"), Header);
        Write(log, transaction: 1, confirm: true, 5, 6);
        log.Sync();
        Write(log, transaction: 2, confirm: false, 6, 7);
        log.Sync();
        Write(log, transaction: 3, confirm: true, 8);
        log.Sync();

        var scan = LogScan.Read(disk.Open("log"));

        Assert.Equal<uint>([5, 6, 8], scan!.Pages.Keys.Order());
        Assert.Equal(1, Version(disk.Open("log"), scan, page: 6));
    }

    [Fact]
    public void Scan_OfMoreRecordsThanWereAcknowledged_StopsThere()
    {
        var disk = new SimulatedDisk();
        var log = new LogStream(disk.Open("log"), Header);
        Write(log, transaction: 1, confirm: true, 5);
        log.Sync();
        var acknowledged = log.AcknowledgedBytes;
        Write(log, transaction: 2, confirm: true, 5);
        log.Sync();

        Assert.Equal(1, Version(disk.Open("log"), LogScan.Read(disk.Open("log"), acknowledged)!, page: 5));
        Assert.Equal(2, Version(disk.Open("log"), LogScan.Read(disk.Open("log"))!, page: 5));
    }

    [Fact]
    public void Commit_OfMorePagesThanARecordHolds_IsReadBackWhole()
    {
        var disk = new SimulatedDisk();
        var log = new LogStream(disk.Open("log"), Header);
        var pages = Enumerable.Range(1, LogFormat.RecordPages + 100).Select(page => (uint)page).ToArray();
        Write(log, transaction: 1, confirm: true, pages);
        log.Sync();

        Assert.Equal(disk.Open("log").Length, log.AcknowledgedBytes);
        Assert.Equal(pages, LogScan.Read(disk.Open("log"))!.Pages.Keys.Order());
        var page = new byte[DataHeader.PageBytes];
        log.Position = 50L * DataHeader.PageBytes;
        Assert.Equal(page.Length, log.Read(page, 0, page.Length));
        Assert.Equal(51u, DataHeader.PageId(page));
    }

    /// <summary>
    /// A new epoch overwrites the old one's records. Were its first block not on disk before them, the old block and what is left of
    /// the old chain could be redone over the newer data file.
    /// </summary>
    [Fact]
    public void PowerCut_WhileANewEpochOverwritesAnOldOne_LeavesOneOrNone()
    {
        var disk = new SimulatedDisk();
        var log = new LogStream(disk.Open("log"), Header);
        for (var transaction = 1u; transaction <= 4; transaction++)
        {
            Write(log, transaction, confirm: true, transaction);
            log.Sync();
        }

        var settled = disk.Steps;
        log.SetLength(0);
        Write(log, transaction: 1, confirm: true, 11, 12, 13, 14, 15, 16);
        log.Sync();

        for (var luck = 0; luck < 2_000; luck++)
        {
            var random = new Random(luck);
            var after = disk.CutPower(random.Next(settled, disk.Steps + 1), random);
            var pages = LogScan.Read(after.Open("log"))?.Pages.Keys.Order().ToArray() ?? [];
            Assert.True(pages is [] or [1, 2, 3, 4] or [11, 12, 13, 14, 15, 16], $"luck {luck}: {string.Join(' ', pages)}");
        }
    }

    [Fact]
    public void Sync_WithNothingNew_TouchesNoDisk()
    {
        var disk = new SimulatedDisk();
        var log = new LogStream(disk.Open("log"), Header);
        log.Sync();
        Assert.Equal(0, disk.Steps);
        Write(log, transaction: 1, confirm: true, 5);
        log.Sync();
        var steps = disk.Steps;
        log.Sync();
        Assert.Equal(steps, disk.Steps);
    }

    [Fact]
    public void ReadFromTheStart_WithUnsyncedPages_SyncsFirst()
    {
        var disk = new SimulatedDisk();
        var log = new LogStream(disk.Open("log"), Header);
        Write(log, transaction: 1, confirm: true, 5);
        log.Position = 0;
        log.ReadExactly(new byte[DataHeader.PageBytes]);
        Assert.Equal(disk.Open("log").Length, log.AcknowledgedBytes);
    }

    private static void Write(LogStream log, uint transaction, bool confirm, params uint[] pages)
    {
        foreach (var id in pages)
        {
            var page = new byte[DataHeader.PageBytes];
            BinaryPrimitives.WriteUInt32LittleEndian(page, id);
            BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(14), transaction);
            page[18] = confirm && id == pages[^1] ? (byte)1 : (byte)0;
            page[100] = (byte)transaction;
            log.Position = log.Length;
            log.Write(page, 0, page.Length);
        }
    }

    private static int Version(IDiskFile log, LogScan scan, uint page)
    {
        var bytes = new byte[DataHeader.PageBytes];
        Redo.ReadPage(log, scan.Pages[page], bytes);
        return bytes[100];
    }
}
