using Postcard.Media;
using static Postcard.Tests.Media.PictureSamples;

namespace Postcard.Tests.Media;

public sealed class PicturesQueueTests : IDisposable
{
    private readonly PictureFiles _files = new();

    [Fact]
    public async Task MakeAsync_ManyAtOnce_AllComeOutRight()
    {
        using var pictures = new Pictures(60_000_000, PictureLimits.Default with { Workers = 3 });
        using var image = Quarters(900, 600);
        string[] kinds = ["jpeg", "progressive", "png", "interlaced", "webp", "gif", "avif"];
        var sources = kinds.Select(kind => _files.Beside(kind)).ToArray();
        foreach (var (kind, source) in kinds.Zip(sources))
        {
            await File.WriteAllBytesAsync(source, Encode(image, kind), TestContext.Current.CancellationToken);
        }

        var made = await Task.WhenAll(Enumerable.Range(0, 42).Select(i =>
            pictures.MakeAsync(sources[i % kinds.Length], _files.Beside($"{i}-large"), _files.Beside($"{i}-small"), TestContext.Current.CancellationToken)));
        Assert.All(made, picture => Assert.Equal(new Picture(900, 600), picture));
        for (var i = 0; i < made.Length; i++)
        {
            using var large = PictureFiles.Pixels(_files.Beside($"{i}-large"));
            PictureFiles.AssertColour(large, 0.1, 0.1, Red);
            using var small = PictureFiles.Pixels(_files.Beside($"{i}-small"));
            PictureFiles.AssertColour(small, 0.9, 0.9, Yellow);
        }
    }

    [Fact]
    public async Task MakeAsync_LongerThanItsTime_IsTooSlow()
    {
        using var pictures = new Pictures(160_000_000, PictureLimits.Default with { Time = TimeSpan.Zero });
        using var image = Plain(Blue, 3000, 2000);
        Assert.Equal(MediaFault.TooSlow, await _files.FaultAsync(pictures, Encode(image, "png")));
    }

    [Fact]
    public async Task MakeAsync_Cancelled_StopsAndLeavesNothing()
    {
        using var pictures = new Pictures(160_000_000);
        using var image = Plain(Blue, 5000, 5000);
        await File.WriteAllBytesAsync(_files.Source, Encode(image, "png"), TestContext.Current.CancellationToken);
        using var cancel = new CancellationTokenSource();
        var made = pictures.MakeAsync(_files.Source, _files.Large, _files.Small, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => made);
        Assert.Equal(["source"], _files.Names);
    }

    [Fact]
    public async Task MakeAsync_AfterDispose_IsBusy()
    {
        var pictures = new Pictures(160_000_000);
        pictures.Dispose();
        using var image = Plain(Blue, 9, 9);
        Assert.Equal(MediaFault.Busy, await _files.FaultAsync(pictures, Encode(image, "png")));
    }

    public void Dispose() => _files.Dispose();
}
