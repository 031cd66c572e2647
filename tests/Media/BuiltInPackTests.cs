using NetVips;
using Postcard.Media;

namespace Postcard.Tests.Media;

/// <summary>Draws the whole pack once; the claims are about those files.</summary>
public sealed class BuiltInPackFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("postcard-pack-");

    public BuiltInPackFiles()
    {
        for (var i = 0; i < BuiltInPack.All.Count; i++)
        {
            BuiltInPack.All[i].WriteImage(Image(i));
            BuiltInPack.All[i].WriteSound?.Invoke(Sound(i));
        }
    }

    public string Image(int index) => Path.Combine(_folder.FullName, $"{index}.jpg");

    public string Sound(int index) => Path.Combine(_folder.FullName, $"{index}.wav");

    public void Dispose() => _folder.Delete(recursive: true);
}

public sealed class BuiltInPackTests(BuiltInPackFiles files) : IClassFixture<BuiltInPackFiles>
{
    private const int WavHeader = 44;

    public static TheoryData<int> Covers => [.. Enumerable.Range(0, BuiltInPack.All.Count)];

    public static TheoryData<int> Tunes => [.. Enumerable.Range(0, BuiltInPack.All.Count).Where(i => BuiltInPack.All[i].WriteSound is not null)];

    [Fact]
    public void Pack_AsShipped_HasSixTitledCoversAndTwoTunes()
    {
        Assert.True(BuiltInPack.All.Count >= 6);
        Assert.True(Tunes.Count >= 2);
        Assert.Equal(BuiltInPack.All.Count, BuiltInPack.All.Select(t => t.Title).Distinct().Count());
        Assert.All(BuiltInPack.All, t => Assert.InRange(t.Title.Length, 1, 100));
    }

    [Theory]
    [MemberData(nameof(Covers))]
    public void Cover_Written_IsAJpegOfThreeToTwoThatIsNotBlank(int index)
    {
        using var image = Image.NewFromFile(files.Image(index));
        Assert.Equal("jpegload", image.Get("vips-loader"));
        Assert.Equal((1500, 1000, 3), (image.Width, image.Height, image.Bands));
        Assert.InRange(image.Avg(), 30, 240);

        // Something to see in each third, not a lone figure on an empty sheet.
        for (var third = 0; third < 3; third++)
        {
            using var part = image.ExtractArea(third * 500, 0, 500, 1000);
            Assert.True(part.Deviate() > 8, $"third {third} of {BuiltInPack.All[index].Title} is nearly flat");
        }
    }

    [Fact]
    public void Covers_Compared_AreAllDifferent()
    {
        var thumbnails = Enumerable.Range(0, BuiltInPack.All.Count).Select(i =>
        {
            using var small = Image.Thumbnail(files.Image(i), 24, height: 16, size: Enums.Size.Force);
            return small.WriteToMemory<byte>();
        }).ToList();
        for (var i = 0; i < thumbnails.Count; i++)
        {
            for (var k = 0; k < i; k++)
            {
                var difference = thumbnails[i].Zip(thumbnails[k], (a, b) => Math.Abs(a - b)).Average();
                Assert.True(difference > 12, $"{BuiltInPack.All[i].Title} looks like {BuiltInPack.All[k].Title}");
            }
        }
    }

    [Fact]
    public void Template_WrittenAgain_HasTheSameBytes()
    {
        var index = Enumerable.Range(0, BuiltInPack.All.Count).First(i => BuiltInPack.All[i].WriteSound is not null);
        var again = files.Image(index) + ".again";
        BuiltInPack.All[index].WriteImage(again);
        Assert.Equal(File.ReadAllBytes(files.Image(index)), File.ReadAllBytes(again));
        BuiltInPack.All[index].WriteSound!(again);
        Assert.Equal(File.ReadAllBytes(files.Sound(index)), File.ReadAllBytes(again));
    }

    [Theory]
    [MemberData(nameof(Tunes))]
    public void Tune_Written_IsShortAudibleUnclippedAndFadesOut(int index)
    {
        var bytes = File.ReadAllBytes(files.Sound(index));
        Assert.Equal("RIFF"u8, bytes.AsSpan(0, 4));
        Assert.Equal(bytes.Length - 8, BitConverter.ToInt32(bytes, 4));
        Assert.Equal(bytes.Length - WavHeader, BitConverter.ToInt32(bytes, WavHeader - 4));
        var rate = BitConverter.ToInt32(bytes, 24);
        var samples = new float[(bytes.Length - WavHeader) / 2];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = BitConverter.ToInt16(bytes, WavHeader + i * 2) / 32768f;
        }

        Assert.InRange(samples.Length / 2.0 / rate, 6, 15);
        Assert.InRange(samples.Max(MathF.Abs), 0.3f, 0.95f);
        Assert.InRange(Loudness(samples), 0.06, 0.25);
        Assert.InRange(Math.Abs(samples.Average()), 0, 0.002);
        Assert.True(Loudness(samples[^(rate / 10)..]) < 0.01);
        for (var second = 0; second < samples.Length / 2 / rate - 1; second++)
        {
            Assert.True(Loudness(samples[(second * rate * 2)..((second + 1) * rate * 2)]) > 0.01, $"silent in second {second}");
        }
    }

    private static double Loudness(float[] samples) => Math.Sqrt(samples.Average(s => (double)s * s));
}
