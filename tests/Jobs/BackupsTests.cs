using System.Diagnostics.Metrics;
using System.Globalization;
using Postcard.Jobs;
using Postcard.Storage;
using Postcard.Tests.Support;

namespace Postcard.Tests.Jobs;

/// <summary>The backups that a server makes by itself, on a clock that moves when it is told to.</summary>
public sealed class BackupsTests : IAsyncLifetime
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly LogLines _log = new();
    private PostcardServer _server = null!;
    private Backups? _backups;

    public async ValueTask InitializeAsync() => _server = await PostcardServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Backups_FirstThenEveryInterval_KeepsTheLatest()
    {
        Start();
        await AdvanceUntilAsync(Minute, () => Names.Length == 1);
        var first = Names[0];
        await AdvanceUntilAsync(TimeSpan.FromHours(1), () => Names.Length == 2);
        Assert.True(TimeOf(Names[1]) - TimeOf(first) >= TimeSpan.FromHours(24), string.Join(", ", Names));
        await AdvanceUntilAsync(TimeSpan.FromHours(1), () => !Names.Contains(first));
        Assert.Equal(2, Names.Length);
        Assert.All(_log.Lines, line => Assert.StartsWith("Information: Backup postcard-2026", line));
    }

    [Fact]
    public async Task Backups_AfterARestart_WaitUntilTheLatestIsOldEnough()
    {
        Directory.CreateDirectory(_folder["backups"]);
        _folder.Write("backups/postcard-20261122-140405.tar.gz", "an hour old");
        _folder.Write("backups/postcard-20271122-140405.tar.gz", "of a clock that ran ahead");
        Start();
        await AdvanceAsync(Minute, times: 30);
        Assert.Equal(2, Names.Length);
        await StopAsync();
        Start();
        await AdvanceUntilAsync(TimeSpan.FromMinutes(30), () => Names.Any(name => name.StartsWith("postcard-202611", StringComparison.Ordinal) && name != "postcard-20261122-140405.tar.gz"));
        Assert.True(_time.GetUtcNow() >= new DateTimeOffset(2026, 11, 23, 14, 4, 5, TimeSpan.Zero), $"too early: {_time.GetUtcNow()}");
    }

    [Fact]
    public async Task Backups_ThatFail_AreLoggedCountedAndTriedAgain()
    {
        var failures = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, each) =>
        {
            if (instrument.Name == "postcard.backup.failures")
            {
                each.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref failures, value));
        listener.Start();

        _folder.Write("blocked", "a file, where the directory should be");
        Start("blocked");
        await AdvanceUntilAsync(Minute, () => _log.Lines.Count > 0);
        Assert.StartsWith("Error: A backup could not be made (", _log.Lines.First());
        Assert.DoesNotContain(_folder.Path, string.Concat(_log.Lines));
        Assert.True(Interlocked.Read(ref failures) >= 1);
        File.Delete(_folder["blocked"]);
        await AdvanceUntilAsync(Minute, () => Directory.Exists(_folder["blocked"]) && Directory.GetFiles(_folder["blocked"], "*.tar.gz").Length == 1);
    }

    private string[] Names => Directory.Exists(_folder["backups"])
        ? [.. Directory.GetFiles(_folder["backups"], "postcard-*").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];

    private static DateTime TimeOf(string name) => DateTime.ParseExact(name["postcard-".Length..^".tar.gz".Length], "yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    private void Start(string directory = "backups")
    {
        var settings = _server.Settings with { Backup = new() { Dir = _folder[directory], Every = TimeSpan.FromHours(24), Keep = 2 } };
        _backups = new Backups(_server.Service.App.Store, settings, _folder[directory], _time, new TypedLog<Backups>(_log));
    }

    private async Task StopAsync()
    {
        if (_backups is { } backups)
        {
            _backups = null;
            await backups.DisposeAsync();
        }
    }

    /// <summary>Moves the clock, a step at a time, until something is so.</summary>
    private async Task AdvanceUntilAsync(TimeSpan step, Func<bool> isSo)
    {
        for (var steps = 0; !isSo(); steps++)
        {
            Assert.True(steps < 3000, $"it never came: {string.Join(", ", Names)} {string.Join('\n', _log.Lines)}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
            if (!isSo())
            {
                _time.Advance(step);
            }
        }
    }

    private async Task AdvanceAsync(TimeSpan step, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
            _time.Advance(step);
        }
    }
}
