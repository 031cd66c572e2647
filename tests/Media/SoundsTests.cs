using System.Runtime.Versioning;
using Postcard.Media;
using static Postcard.Tests.Media.SoundFiles;

namespace Postcard.Tests.Media;

public sealed class SoundsTests : SoundFolder
{
    [Fact]
    public void Codec_IsNamedWithItsVersion() => Assert.StartsWith("LAME 3.", Sounds.Codec);

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task Sound_Made_IsForItsOwnerOnly()
    {
        await MakeAsync(Wav(WavKind.Int16, 8000, 1, 0.1));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
    }

    [Fact]
    public async Task Sound_WhenTheQueueIsFull_IsRefusedAsBusy()
    {
        using var stop = new CancellationTokenSource();
        var source = Put(Wav(WavKind.Int8, 8000, 1, 600));

        var all = Enumerable.Range(0, Environment.ProcessorCount + 40)
            .Select(i => Sounds.MakeAsync(source, $"{Target}-{i}", stop.Token)).ToList();
        var refused = all.Where(sound => sound.IsFaulted).ToList();
        await stop.CancelAsync();

        Assert.NotEmpty(refused);
        Assert.All(refused, sound => Assert.Equal(MediaFault.Busy, Assert.IsType<MediaException>(sound.Exception!.InnerException).Fault));
        await Assert.ThrowsAnyAsync<Exception>(() => Task.WhenAll(all));
        Assert.Equal(1, (await MakeAsync(Wav(WavKind.Int8, 8000, 1, 1))).Sound.Duration.TotalSeconds);
    }

    [Fact]
    public async Task Sound_WhoseRequestIsGone_IsGivenUp()
    {
        using var stop = new CancellationTokenSource();
        var making = Sounds.MakeAsync(Put(Wav(WavKind.Int16, 16000, 1, 120)), Target, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => making);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task Sound_ThatCannotBeWritten_FailsAndLeavesNothing()
    {
        var source = Put(Wav(WavKind.Int16, 8000, 1, 0.1));

        await Assert.ThrowsAsync<DirectoryNotFoundException>(
            () => Sounds.MakeAsync(source, Path.Combine(Target, "no", "folder"), TestContext.Current.CancellationToken));
    }
}
