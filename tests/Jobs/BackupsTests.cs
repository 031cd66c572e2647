using System.Collections.Concurrent;
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
    private DateTimeOffset _began;
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
        using var told = new Told();
        _folder.Write("blocked", "a file, where the directory should be");
        Start("blocked");
        await AdvanceUntilAsync(Minute, () => _log.Lines.Count > 0);
        Assert.StartsWith("Error: A backup could not be made (", _log.Lines.First());
        Assert.DoesNotContain("Exception", _log.Lines.First());
        Assert.DoesNotContain(_folder.Path, string.Concat(_log.Lines));
        Assert.Equal(0, told["postcard.backup.failures"][0]);
        Assert.Contains(1, told["postcard.backup.failures"]);
        File.Delete(_folder["blocked"]);
        await AdvanceUntilAsync(Minute, () => Directory.Exists(_folder["blocked"]) && Directory.GetFiles(_folder["blocked"], "*.tar.gz").Length == 1);
    }

    [Fact]
    public async Task Backups_WithoutRoomForTheFloor_AreNotMade()
    {
        Start(change: settings => settings with { MinFreeMegabytes = int.MaxValue });
        await AdvanceUntilAsync(Minute, () => _log.Lines.Count > 0);
        Assert.StartsWith("Error: A backup could not be made (no space)", _log.Lines.First());
        Assert.Empty(Names);
    }

    [Fact]
    public async Task Backups_WhileAnotherIsUnderWay_SayAndCountItFromTheSecondTimeOn()
    {
        using var told = new Told();
        await using (await _server.Service.App.Store.Archiver.BeginAsync(TestContext.Current.CancellationToken))
        {
            Start();
            await AdvanceUntilAsync(Minute, () => _log.Lines.Count > 0);
            Assert.StartsWith("Warning: A backup is due, and another one is under way for the 2. time", Assert.Single(_log.Lines));
            Assert.True(_time.GetUtcNow() - _began >= TimeSpan.FromMinutes(16));
            Assert.Contains(1, told["postcard.backup.failures"]);
        }

        await AdvanceUntilAsync(Minute, () => Names.Length == 1);
    }

    [Fact]
    public async Task Backups_OfAnotherTimeOrDamaged_AreNoSuccess()
    {
        using var told = new Told();
        Directory.CreateDirectory(_folder["backups"]);
        _folder.Write("backups/postcard-20261122-150404.tar.gz.damaged", "");
        _folder.Write("backups/postcard-20271122-140405.tar.gz", "of a clock that ran ahead");
        Start();
        await AdvanceUntilAsync(Minute, () => told["postcard.backup.last_success"].Length > 0);
        Assert.Equal(0, told["postcard.backup.last_success"][0]);
        await AdvanceUntilAsync(TimeSpan.FromHours(1), () => Names.Length == 3 && _log.Lines.Count == 2);
        var made = new DateTimeOffset(TimeOf(Names[1]), TimeSpan.Zero).ToUnixTimeSeconds();
        await AdvanceUntilAsync(TimeSpan.FromHours(1), () => told["postcard.backup.last_success"][^1] == made);
        Assert.Contains("such as postcard-20271122-140405.tar.gz: the clock ran ahead", _log.Lines.Last());
    }

    private string[] Names => Directory.Exists(_folder["backups"])
        ? [.. Directory.GetFiles(_folder["backups"], "postcard-*").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]
        : [];

    private static DateTime TimeOf(string name) => DateTime.ParseExact(name["postcard-".Length..^".tar.gz".Length], "yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);

    private void Start(string directory = "backups", Func<Settings, Settings>? change = null)
    {
        _began = _time.GetUtcNow();
        var settings = _server.Settings with { Backup = new() { Dir = _folder[directory], Every = TimeSpan.FromHours(24), Keep = 2 } };
        _backups = new Backups(_server.Service.App.Store, change?.Invoke(settings) ?? settings, _folder[directory], _time, new TypedLog<Backups>(_log));
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

    /// <summary>What is told for the metrics, by instrument.</summary>
    private sealed class Told : IDisposable
    {
        private readonly ConcurrentQueue<(string Name, long Value)> _all = new();
        private readonly MeterListener _listener = new();

        public Told()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name.StartsWith("postcard.backup.", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _all.Enqueue((instrument.Name, value)));
            _listener.Start();
        }

        public long[] this[string name] => [.. _all.Where(each => each.Name == name).Select(each => each.Value)];

        public void Dispose() => _listener.Dispose();
    }
}
