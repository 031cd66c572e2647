using Postcard.Media;

namespace Postcard.Tests.Media;

/// <summary>A folder of its own in which recordings become sounds.</summary>
public abstract class SoundFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("postcard-sounds-").FullName;

    private protected Sounds Sounds { get; } = new();

    private protected string Target => Path.Combine(_folder, "target");

    public void Dispose()
    {
        Sounds.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected string Put(byte[] recording)
    {
        var source = Path.Combine(_folder, "source");
        File.WriteAllBytes(source, recording);
        return source;
    }

    private protected async Task<(Sound Sound, byte[] Bytes)> MakeAsync(byte[] recording)
    {
        var sound = await Sounds.MakeAsync(Put(recording), Target, TestContext.Current.CancellationToken);
        return (sound, File.ReadAllBytes(Target));
    }

    private protected async Task<MediaFault> FaultAsync(byte[] recording)
    {
        var fault = (await Assert.ThrowsAsync<MediaException>(() => MakeAsync(recording))).Fault;
        Assert.False(File.Exists(Target), "A refused sound left a file.");
        return fault;
    }
}
