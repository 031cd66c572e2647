namespace Postcard.Media.BuiltIn;

/// <summary>The tunes of the pack, all in five-note scales.</summary>
internal static class Melodies
{
    /// <summary>A zither phrase that climbs to the moon and comes down by steps.</summary>
    public static Tune MoonPlum() => new Tune(12.5f, 74)
        .Play(Instruments.Zither, 0.34f, 0.1f, "D4/.13 E4/.13 G4/.13 A4/.13 B4/.13")
        .Play(Instruments.Zither, 0.62f, 0.8f, "D5/1 E5/.5 G5/1 E5/.5 D5/1 B4/.5 D5/.5 E5/1.5 D5/.5 B4/1 A4/.5 B4/.5 D5/.5 B4/.5 A4/.5 E4/.5 G4/3")
        .Play(Instruments.Zither, 0.42f, 0.8f, "G3+D4/2 E3+B3/2 G3+D4/2 E3+B3/2 D3+A3/2 G2+D3+B3/3");

    /// <summary>A music box at the fair, two voices, a run to the top at the end.</summary>
    public static Tune LanternNight() => new Tune(9.5f, 112)
        .Play(Instruments.MusicBox, 0.62f, 0, "D5/.5 E5/.5 F#5/1 A5/.5 F#5/.5 E5/1 D5/.5 E5/.5 B4/1 D5/.5 E5/.5 A4/1 B4/.5 D5/.5 E5/1 F#5/.5 A5/.5 B5/.5 A5/.5 F#5/.5 E5/.5 D5/1 D6/2")
        .Play(Instruments.MusicBox, 0.36f, 0, "D4/1 A4/1 D4/1 A4/1 B3/1 F#4/1 A3/1 E4/1 B3/1 F#4/1 D4/1 A4/1 A3/1 D4+A4/3");

    /// <summary>A lullaby for snow: slow zither below, bells above.</summary>
    public static Tune SnowVillage() => new Tune(12, 66)
        .Play(Instruments.MusicBox, 0.62f, 0, "C5/1 E5/.5 G5/1 A5/.5 G5/1 E5/.5 D5/.5 C5/.5 D5/.5 E5/1 G4/.5 A4/.5 C5/.5 D5/.5 E5/.5 D5/.5 C5/3")
        .Play(Instruments.Zither, 0.34f, 0, "C3+G3/1 E4/1 A3+E4/1 C4/1 D3+A3/1 G3/1 A3+E4/1 G3+D4/1 C3+G3/1 E4+C5/2");
}
