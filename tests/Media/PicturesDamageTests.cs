using Postcard.Media;
using static Postcard.Tests.Media.PictureSamples;

namespace Postcard.Tests.Media;

/// <summary>Whatever a file holds, it ends in two right pictures or in a <see cref="MediaException"/> and none.</summary>
public sealed class PicturesDamageTests : IDisposable
{
    private readonly Pictures _pictures = new(160_000_000, PictureLimits.Default with { Time = TimeSpan.FromSeconds(60) });
    private readonly PictureFiles _files = new();

    [Theory]
    [InlineData("jpeg")]
    [InlineData("progressive")]
    [InlineData("png")]
    [InlineData("interlaced")]
    [InlineData("webp")]
    [InlineData("lossless")]
    [InlineData("avif")]
    public async Task MakeAsync_Truncated_IsRefused(string kind)
    {
        using var image = Busy(300, 200);
        var content = Encode(image, kind);
        for (var part = 1; part < 20; part++)
        {
            var fault = await _files.FaultAsync(_pictures, content[..(content.Length * part / 20)]);
            Assert.True(fault is MediaFault.Damaged or MediaFault.Unsupported, $"{part}/20: {fault}");
        }
    }

    /// <summary>Every length of the first bytes, where the headers are.</summary>
    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("gif")]
    [InlineData("avif")]
    public async Task MakeAsync_CutInTheHeaders_IsRefused(string kind)
    {
        using var image = Busy(300, 200);
        var content = Encode(image, kind);
        for (var length = 0; length < 250; length += 3)
        {
            Assert.True(await _files.FaultAsync(_pictures, content[..length]) is MediaFault.Damaged or MediaFault.Unsupported or MediaFault.Heic);
        }
    }

    [Theory]
    [InlineData("jpeg", 1)]
    [InlineData("progressive", 2)]
    [InlineData("png", 3)]
    [InlineData("interlaced", 4)]
    [InlineData("palette", 5)]
    [InlineData("webp", 6)]
    [InlineData("lossless", 7)]
    [InlineData("gif", 8)]
    [InlineData("avif", 9)]
    public async Task MakeAsync_Mutated_EndsInPicturesOrRefusal(string kind, int seed)
    {
        using var image = Busy(120, 90);
        var content = Encode(image, kind);
        var random = new Random(seed);
        int made = 0, refused = 0;
        for (var round = 0; round < 300; round++)
        {
            if (await TryAsync(Mutate(content, random)))
            {
                made++;
            }
            else
            {
                refused++;
            }
        }

        Assert.True(refused > 20, $"{made} made, {refused} refused");
    }

    /// <summary>The start of each kind, and noise after it.</summary>
    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("gif")]
    [InlineData("avif")]
    public async Task MakeAsync_NoiseAfterAStart_EndsInPicturesOrRefusal(string kind)
    {
        using var image = Busy(120, 90);
        var start = Encode(image, kind);
        var random = new Random(11);
        for (var length = 4; length < 400; length += 7)
        {
            var noise = new byte[3000];
            random.NextBytes(noise);
            await TryAsync([.. start.AsSpan(0, Math.Min(length, start.Length)), .. noise]);
        }
    }

    public void Dispose()
    {
        _pictures.Dispose();
        _files.Dispose();
    }

    private static byte[] Mutate(byte[] content, Random random)
    {
        var mutated = (byte[])content.Clone();
        // Half of the changes go where the headers are.
        var reach = random.Next(2) == 0 ? Math.Min(400, mutated.Length) : mutated.Length;
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var at = random.Next(reach);
            mutated[at] = random.Next(3) switch
            {
                0 => (byte)(mutated[at] ^ 1 << random.Next(8)),
                1 => (byte)random.Next(256),
                _ => (byte)(random.Next(2) * 255),
            };
        }

        return mutated;
    }

    /// <returns>Whether pictures were made; checks that they are right, or that nothing is there.</returns>
    private async Task<bool> TryAsync(byte[] content)
    {
        try
        {
            var picture = await _files.MakeAsync(_pictures, content);
            using var large = PictureFiles.Pixels(_files.Large);
            using var small = PictureFiles.Pixels(_files.Small);
            Assert.Equal(picture, new Picture(large.Width, large.Height));
            Assert.True(Math.Max(large.Width, large.Height) <= 1600 && Math.Max(small.Width, small.Height) <= 400);
            File.Delete(_files.Large);
            File.Delete(_files.Small);
            return true;
        }
        catch (MediaException)
        {
            Assert.Equal(["source"], _files.Names);
            return false;
        }
    }
}
