using System.Numerics;
using static Postcard.Media.BuiltIn.Pigment;

namespace Postcard.Media.BuiltIn;

/// <summary>A village under fresh snow on New Year's Eve, the windows lit.</summary>
internal static class SnowVillage
{
    public static Canvas Paint()
    {
        var canvas = new Canvas();
        var dice = new Random(30);
        var dusk = new Ramp((0, Rgb(0x1F3564)), (0.38f, Rgb(0x3F5C98)), (0.66f, Rgb(0x8C92C0)), (0.84f, Rgb(0xE3AAB2)), (1, Rgb(0xFBD9BE)));
        canvas.Wash((x, y) => dusk[y / 560 + 0.06f * Noise(x / 420, y / 150)]);
        canvas.Glow(new(420, 520), 560, Rgb(0xFFC9A0, 0.5f));
        canvas.Fill(Shape.Circle(new(1120, 190), 46), Rgb(0xFFF6E0), 1);
        canvas.Glow(new(1120, 190), 230, Rgb(0xFFF0D8, 0.45f));
        Peaks(canvas);
        Snowfield(canvas, 560, 30, 3, 0x93A8D2, 0x7890C4);
        Forest(canvas, dice, x => Drift(x, 568, 30, 3), 120, 18, 46, 0x50709E);
        Snowfield(canvas, 650, 30, 12, 0xB9C8E8, 0x7D96CB);
        Forest(canvas, dice, x => Drift(x, 650, 30, 12), 46, 60, 110, 0x2F5178);
        Cottage(canvas, new(585, Drift(585, 690, 14, 5) + 8), 0.56f);
        Cottage(canvas, new(770, Drift(770, 690, 14, 5) + 10), 0.74f);
        Cottage(canvas, new(1235, Drift(1235, 690, 14, 5) + 11), 0.86f);
        Snowfield(canvas, 690, 14, 5, 0xC4D1EE, 0x7F98CD);
        Cottage(canvas, new(960, Drift(960, 836, 26, 21) + 12), 1.3f);
        Snowfield(canvas, 836, 26, 21, 0xDCE5F7, 0x839DD2);
        Path(canvas, Drift(945, 836, 26, 21));
        Fir(canvas, dice, new(1395, 905), 370, 0x24446B);
        Fir(canvas, dice, new(1270, 900), 210, 0x2A4C74);
        Fir(canvas, dice, new(150, 890), 430, 0x21406A);
        Fir(canvas, dice, new(300, 918), 250, 0x28496F);
        Fir(canvas, dice, new(40, 930), 290, 0x28496F);
        Snowfield(canvas, 915, 34, 40, 0xE9EFFB, 0x8FA8D8);
        Flakes(canvas, dice);
        canvas.Print(0.16f);
        return canvas;
    }

    private static void Peaks(Canvas canvas)
    {
        static float Ridge(float x) => 470 - 150 * MathF.Abs(Noise(x / 330 + 7, 2, 4)) - 40 * Noise(x / 90, 5, 3);
        var slopes = Canvas.Columns(x => (Ridge(x + 6) - Ridge(x - 6)) * 0.06f);
        canvas.Fill(Shape.Under(Ridge, 0, 1500, 620), (x, y) =>
        {
            var face = Noise(x / 40 + y / 60, y / 90, 4) + slopes[(int)x];
            return Mix(Mix(Rgb(0xF6D9D4), Rgb(0x8FA0CB), Step(-0.3f, 0.4f, face)), Rgb(0xE8C3C4), Step(380, 580, y));
        });
    }

    private static float Drift(float x, float level, float swell, float seed) => level + swell * Noise(x / 240 + seed, seed, 3);

    private static void Snowfield(Canvas canvas, float level, float swell, float seed, uint light, uint shade)
    {
        var top = Canvas.Columns(x => Drift(x, level, swell, seed));
        canvas.Fill(Shape.Under(x => Drift(x, level, swell, seed), 0, 1500, 1000), (x, y) =>
        {
            var below = y - top[(int)x];
            return below > 260 ? Rgb(shade) : Mix(Rgb(light), Rgb(shade), Step(0, 1.1f, below / 120 + 0.35f * Noise(x / 300 + seed, below / 40, 3)));
        });
    }

    private static void Forest(Canvas canvas, Random dice, Func<float, float> ground, int trees, int small, int large, uint tone)
    {
        for (var i = 0; i < trees; i++)
        {
            var x = (i + dice.NextSingle()) * 1500 / trees;
            Fir(canvas, dice, new(x, ground(x) + 10), dice.Next(small, large), tone);
        }
    }

    /// <summary>A fir of overlapping skirts, each laden with snow on the side of the light.</summary>
    private static void Fir(Canvas canvas, Random dice, Vector2 foot, float height, uint tone)
    {
        var tiers = Math.Clamp((int)(height / 26), 4, 11);
        canvas.Fill(Shape.Ellipse(foot + new Vector2(height * 0.10f, 0), height * 0.34f, height * 0.045f), Rgb(0x4A68A0, 0.4f), Math.Max(1, height * 0.02f));
        canvas.Fill(Shape.Box(foot.X - height * 0.02f, foot.Y - height * 0.1f, foot.X + height * 0.02f, foot.Y), Rgb(0x3A2E3E));
        for (var i = 0; i < tiers; i++)
        {
            var t = i / (float)tiers;
            var (y, half, fall) = (foot.Y - height * (0.06f + 0.8f * t), height * 0.27f * (1.04f - t) * (0.92f + 0.16f * dice.NextSingle()), height / tiers * 1.75f);
            var (skirt, snow) = (new List<Vector2> { new(foot.X, y - fall) }, new List<Vector2> { new(foot.X, y - fall) });
            for (var k = 0; k <= 10; k++)
            {
                var u = 1 - k / 5f;
                var drop = (k % 2 == 0 ? 0.16f : -0.04f) * fall * (0.3f + 1.5f * dice.NextSingle()) - MathF.Abs(u) * fall * 0.10f;
                skirt.Add(new(foot.X + half * u, y + drop));
                snow.Add(new(foot.X + half * u * 0.97f - half * 0.03f, y + drop * 0.6f - fall * (u > 0 ? 0.34f + 0.3f * u : 0.16f)));
            }

            canvas.Fill(Shape.Of([.. skirt]), new Ramp((0, Rgb(tone)), (1, Mix(Rgb(tone), Rgb(0x0F2444), 0.55f))).Down(y - fall, y + fall * 0.2f));
            canvas.Fill(Shape.Of([.. snow]), (x, _) => Mix(Rgb(0xFFFFFF), Rgb(0xA9BFE6), (x - foot.X + half) / (2 * half)).Fade(0.92f), height > 150 ? 0.8f : 0);
        }
    }

    private static void Cottage(Canvas canvas, Vector2 at, float size)
    {
        Vector2 Place(Vector2 p) => at + p * size;
        Shape Part(params Vector2[] points) => Shape.Of(points).Map(Place);
        Shape Box(float left, float top, float right, float bottom) => Shape.Box(left, top, right, bottom).Map(Place);
        var glass = new Ramp((0, Rgb(0xFFE9A6)), (1, Rgb(0xFF9E45)));
        canvas.Fill(Shape.Ellipse(Place(new(10, 2)), 150 * size, 16 * size), Rgb(0x5A77B0, 0.55f), 7 * size);
        canvas.Glow(Place(new(0, -20)), 260 * size, Rgb(0xFFA858, 0.5f));
        canvas.Fill(Box(-105, -74, 105, 4), new Ramp((0, Rgb(0x8A6A6C)), (1, Rgb(0xC9A596))).Down(at.Y - 74 * size, at.Y));
        canvas.Fill(Box(-105, -10, 105, 4), Rgb(0x6B5A6C));
        foreach (var x in new[] { -74f, 58f })
        {
            canvas.Fill(Box(x - 24, -58, x + 24, -16), Rgb(0x4A2B2A));
            canvas.Fill(Box(x - 21, -55, x - 1.5f, -37).Add(Box(x + 1.5f, -55, x + 21, -37)).Add(Box(x - 21, -34, x - 1.5f, -19)).Add(Box(x + 1.5f, -34, x + 21, -19)), glass.Down(at.Y - 55 * size, at.Y - 19 * size));
            canvas.Fill(Shape.Ellipse(Place(new(x, -14)), 27 * size, 4 * size), Rgb(0xF4F7FF));
            canvas.Glow(Place(new(x, -36)), 70 * size, Rgb(0xFFB45A, 0.55f));
        }

        canvas.Fill(Box(-30, -62, 14, 4), Rgb(0x5E1F1F));
        canvas.Fill(Box(-26, -58, -9.5f, 4).Add(Box(-6.5f, -58, 10, 4)), Rgb(0xA8322B));
        canvas.Fill(Box(-40, -58, -32, -6).Add(Box(16, -58, 24, -6)).Add(Box(-26, -70, 10, -64)), Rgb(0xD8392F));
        canvas.Fill(Part(new(-132, -62), new(-120, -76), new(-84, -122), new(84, -122), new(120, -76), new(132, -62), new(104, -70), new(-104, -70)), Rgb(0x37405F));
        Vector2[] eaves = [.. Shape.Smooth([new(128, -72), new(98, -70), new(60, -66), new(20, -70), new(-30, -65), new(-70, -70), new(-100, -66), new(-128, -72)])];
        Vector2[] ridge = [.. Shape.Smooth([new(-136, -72), new(-112, -94), new(-88, -132), new(-40, -139), new(30, -136), new(88, -132), new(112, -94), new(136, -72)])];
        canvas.Fill(Part([.. ridge, .. eaves]), new Ramp((0, Rgb(0xFFFFFF)), (0.55f, Rgb(0xE3EAF8)), (1, Rgb(0xA9BCE2))).Down(at.Y - 138 * size, at.Y - 64 * size));
        foreach (var x in new[] { -50f, 34f })
        {
            canvas.Fill(Shape.Line(Place(new(x, -68)), Place(new(x, -54)), 1.6f * size), Rgb(0x3A1A1A));
            canvas.Fill(Shape.Ellipse(Place(new(x, -44)), 9.5f * size, 9 * size), new Ramp((0, Rgb(0xFF8A4A)), (1, Rgb(0xD0261E))).Around(Place(new(x, -42)), 11 * size));
            canvas.Fill(Box(x - 5, -54.5f, x + 5, -52).Add(Box(x - 5, -36, x + 5, -33.5f)).Add(Box(x - 1, -34, x + 1, -25)), Rgb(0xF2C14E));
            canvas.Glow(Place(new(x, -44)), 48 * size, Rgb(0xFF5A30, 0.6f));
        }

        Smoke(canvas, Place(new(62, -150)), size, Box(54, -156, 74, -118), Box(51, -162, 77, -153));
    }

    private static void Smoke(Canvas canvas, Vector2 from, float size, Shape chimney, Shape cap)
    {
        for (var i = 0; i < 16; i++)
        {
            var t = i / 16f;
            var puff = from + new Vector2(18 * MathF.Sin(t * 5) + 70 * t * t, -16 - 190 * t) * size;
            canvas.Fill(Shape.Circle(puff, (7 + 26 * t) * size), Rgb(0xF3E6EA, 0.5f * (1 - t)), (3 + 7 * t) * size);
        }

        canvas.Fill(chimney, Rgb(0x6B5560));
        canvas.Fill(cap, Rgb(0xF7FAFF));
    }

    private static void Path(Canvas canvas, float y)
    {
        Vector2[] way = [new(945, y + 1), new(938, y + 18), new(890, y + 42), new(770, y + 70), new(690, y + 110), new(700, y + 180)];
        canvas.Fill(Shape.Stroke(way, t => 56 + 90 * t), Rgb(0x7B93CB, 0.7f), 4);
        canvas.Fill(Shape.Stroke(way, t => 46 + 74 * t), Rgb(0xA9B7DD), 3);
        canvas.Glow(new(920, 880), 210, Rgb(0xFFB070, 0.5f));
    }

    private static void Flakes(Canvas canvas, Random dice)
    {
        for (var i = 0; i < 620; i++)
        {
            var near = MathF.Pow(dice.NextSingle(), 5);
            var at = new Vector2(dice.Next(1500), dice.Next(1000));
            canvas.Fill(Shape.Circle(at, 1.1f + 9 * near), Rgb(0xFFFFFF, 0.8f - 0.35f * near), near > 0.2f ? 3.5f * near : 0);
        }
    }
}
