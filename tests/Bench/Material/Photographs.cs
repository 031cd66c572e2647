using NetVips;

namespace Bench.Material;

/// <summary>Pictures with light, shapes and grain of every size, so that they weigh what photographs weigh.</summary>
internal static class Photographs
{
    /// <summary>What a phone sends: 4000×3000, baseline, about 4 MB.</summary>
    public static byte[] Phone() => Make(4000, 3000, quality: 88, grain: 11);

    /// <summary>What <c>wx.chooseImage</c> sends compressed; comes out as about 228 kB large and 18 kB small.</summary>
    public static byte[] Compressed() => Make(1600, 1200, quality: 85, grain: 2.6);

    private static byte[] Make(int width, int height, int quality, double grain)
    {
        using var picture = Image.Arrayjoin([Band(width, height, grain, 1)]);
        using var colour = picture.Bandjoin(Band(width, height, grain, 2), Band(width, height, grain, 3));
        using var upright = colour.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        return upright.JpegsaveBuffer(q: quality, subsampleMode: Enums.ForeignSubsample.On);
    }

    /// <summary>Noise of five sizes around a grey; three quarters of it is the same in every band, since nature is not that colourful.</summary>
    private static Image Band(int width, int height, double grain, int seed)
    {
        (int Cells, double Weight)[] sizes = [(3, 60), (12, 40), (48, 24), (130, 28)];
        var sum = Image.Gaussnoise(width, height, mean: 128, sigma: grain, seed: 7);
        foreach (var (cells, weight) in sizes)
        {
            var cell = Math.Max(2, width / cells);
            sum += Image.Perlin(width, height, cellSize: cell, seed: cells) * (weight * 0.75);
            sum += Image.Perlin(width, height, cellSize: cell, seed: cells + seed) * (weight * 0.25);
        }

        return sum;
    }
}
