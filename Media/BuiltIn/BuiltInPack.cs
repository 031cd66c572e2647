using Postcard.Media.BuiltIn;

namespace Postcard.Media;

/// <param name="WriteImage">Writes a JPEG file of 1500 × 1000 pixels to a path.</param>
/// <param name="WriteSound">Writes a WAV file to a path; null for a silent template.</param>
internal sealed record BuiltInTemplate(string Title, Action<string> WriteImage, Action<string>? WriteSound);

/// <summary>The templates that a development server starts with, drawn and played by the code beside this file: the same bytes every time.</summary>
internal static class BuiltInPack
{
    public static IReadOnlyList<BuiltInTemplate> All { get; } =
    [
        new("春山可望", path => SpringMountains.Paint().Save(path), null),
        new("梅月寄春", path => MoonPlum.Paint().Save(path), path => Melodies.MoonPlum().Save(path)),
        new("落日归帆", path => SunsetSea.Paint().Save(path), null),
        new("上元灯火", path => LanternNight.Paint().Save(path), path => Melodies.LanternNight().Save(path)),
        new("瑞雪人家", path => SnowVillage.Paint().Save(path), path => Melodies.SnowVillage().Save(path)),
        new("银杏时节", path => GinkgoAvenue.Paint().Save(path), null),
        new("荷塘清夏", path => LotusPond.Paint().Save(path), null),
        new("见字如面", path => DearLetter.Paint().Save(path), null),
    ];
}
