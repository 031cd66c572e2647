using System.Numerics;
using static Postcard.Media.BuiltIn.Pigment;

namespace Postcard.Media.BuiltIn;

/// <summary>A letter by air mail on a desk, in window light with the shadows of leaves.</summary>
internal static class DearLetter
{
    private const float Tilt = -0.085f;

    private static readonly Vector2 Heart = new(770, 520);

    public static Canvas Paint()
    {
        var canvas = new Canvas();
        var dice = new Random(9);
        canvas.Wash((x, y) =>
        {
            var grain = Noise(x / 520, y / 9 + 3 * Noise(x / 700, y / 160, 2), 3);
            return Mix(Rgb(0xE8C49A), Rgb(0xCF9F70), 0.5f + 0.35f * grain + 0.25f * Noise(x / 300, y / 40, 2));
        });
        Sheet(canvas, new(620, 470), 860, 560, 0.11f, 0xFBF3E2);
        Writing(canvas, dice);
        Sheet(canvas, Heart, 940, 600, Tilt, 0xFFFBF0);
        AirMail(canvas);
        Stamp(canvas);
        Postmark(canvas);
        Sprig(canvas, dice);
        Light(canvas, dice);
        canvas.Print(0.16f);
        return canvas;
    }

    private static Vector2 OnLetter(Vector2 p) => Heart + Shape.Turn(p, Tilt);

    private static void Sheet(Canvas canvas, Vector2 at, float width, float height, float turn, uint color)
    {
        var sheet = Shape.Box(-width / 2, -height / 2, width / 2, height / 2).Map(p => at + Shape.Turn(p, turn));
        canvas.Fill(sheet.Map(p => p + new Vector2(26, 30)), Rgb(0x5A3418, 0.40f), 24);
        canvas.Fill(sheet.Map(p => p + new Vector2(4, 5)), Rgb(0x5A3418, 0.45f), 4);
        canvas.Fill(sheet, (x, y) => Rgb(color) + new Vector4(new Vector3(0.018f * Noise(x / 7, y / 7, 3) + 0.02f * Noise(x / 200, y / 200, 2)), 0));
    }

    private static void Writing(Canvas canvas, Random dice)
    {
        for (var line = 0; line < 3; line++)
        {
            var points = new List<Vector2>();
            for (var x = -385f; x < 360 - line * 60; x += 7)
            {
                points.Add(new Vector2(620, 470) + Shape.Turn(new(x, -250 + line * 36 + (dice.NextSingle() - 0.5f) * 13), 0.11f));
            }

            canvas.Fill(Shape.Stroke([.. points], t => 1.3f + 0.7f * MathF.Sin(t * 90)), Rgb(0x3B4A6B, 0.6f));
        }
    }

    /// <summary>The striped border, the lines of the address, and a heart for a seal.</summary>
    private static void AirMail(Canvas canvas)
    {
        Vector4 Stripe(float x, float y)
        {
            var p = Shape.Turn(new Vector2(x, y) - Heart, -Tilt);
            var edge = Math.Min(470 - Math.Abs(p.X), 300 - Math.Abs(p.Y));
            var phase = (p.X + p.Y) / 104;
            phase -= MathF.Floor(phase);
            var color = phase < 0.27f ? Rgb(0xC9403A) : Rgb(0x2F5C8F);
            var band = Math.Min(Step(0, 0.014f, phase % 0.5f), Step(0.27f, 0.256f, phase % 0.5f));
            return color.Fade(0.9f * band * Step(27, 25, edge) * Step(2, 4, edge));
        }

        canvas.Fill(Shape.Box(-470, -300, 470, 300).Map(OnLetter), Stripe);
        for (var i = 0; i < 4; i++)
        {
            canvas.Fill(Shape.Line(OnLetter(new(-40, 50 + i * 52)), OnLetter(new(i == 3 ? 220 : 380, 50 + i * 52)), 1.6f), Rgb(0x8A7A68, 0.6f));
        }

        var heart = Shape.Blob(OnLetter(new(352, 196)), Tilt, a => new Vector2(16 * MathF.Pow(MathF.Sin(a), 3), -(13 * MathF.Cos(a) - 5 * MathF.Cos(2 * a) - 2 * MathF.Cos(3 * a) - MathF.Cos(4 * a))) * 1.9f);
        canvas.Fill(heart, (x, y) => Rgb(0xC9403A, 0.85f + 0.3f * Noise(x / 5, y / 5, 3)));
    }

    /// <summary>A perforated stamp with a small landscape: moon, mountains, water.</summary>
    private static void Stamp(Canvas canvas)
    {
        Vector2 On(Vector2 p) => OnLetter(new Vector2(322, -150) + Shape.Turn(p, 0.045f));
        var rim = Perforated(96, 120, 19.2f).Map(On);
        canvas.Fill(Shape.Box(-94, -118, 94, 118).Map(p => On(p) + new Vector2(5, 6)), Rgb(0x5A3418, 0.38f), 5);
        canvas.Fill(rim, Rgb(0xFFFCF4));
        var (top, bottom) = (On(new(0, -104)).Y, On(new(0, 104)).Y);
        canvas.Fill(Shape.Box(-80, -104, 80, 104).Map(On), new Ramp((0, Rgb(0xF3A36B)), (0.45f, Rgb(0xFBD9A4)), (0.7f, Rgb(0xFCEBCB)), (1, Rgb(0x7FB8AE))).Down(top, bottom));
        canvas.Fill(Shape.Circle(On(new(28, -50)), 26), Rgb(0xD9452F));
        foreach (var (level, tall, seed, dark) in new[] { (10f, 44f, 2f, 0x6FA9A6u), (34f, 40f, 5f, 0x3F8790u), (58f, 34f, 9f, 0x1E5F78u) })
        {
            var hills = Shape.Under(x => level - tall * (0.3f + Noise(x / 52 + seed, seed, 3)), -80, 80, 104).Map(On);
            canvas.Fill(hills, new Ramp((0, Rgb(dark)), (1, Mix(Rgb(dark), Rgb(0xF3EFD8), 0.75f))).Down(On(new(0, level - tall)).Y, On(new(0, level + 46)).Y));
        }

        canvas.Fill(Shape.Box(-80, 78, 80, 104).Map(On), Rgb(0xF6EFDB, 0.9f), 4);
        canvas.Fill(Shape.Stroke([new(-52, 82), new(-38, 89), new(-14, 89), new(0, 81)], t => 5 * MathF.Sin(0.2f + t * 2.8f)).Add(Shape.Of(new(-27, 82), new(-25, 44), new(-6, 76))).Map(On), Rgb(0x5A2F2A));
        foreach (var (x, y) in new[] { (-46f, -62f), (-28f, -72f), (-58f, -80f) })
        {
            canvas.Fill(Shape.Stroke([On(new(x - 10, y - 3)), On(new(x - 4, y - 5)), On(new(x, y)), On(new(x + 4, y - 5)), On(new(x + 10, y - 3))], _ => 1.8f), Rgb(0x5A2F2A));
        }
    }

    /// <summary>A rectangle about the origin with round bites out of its edges.</summary>
    private static Shape Perforated(float halfWidth, float halfHeight, float pitch)
    {
        var outline = new List<Vector2>();
        for (var edge = 0; edge < 4; edge++)
        {
            var (along, across) = edge % 2 == 0 ? (halfWidth, halfHeight) : (halfHeight, halfWidth);
            for (var t = -along; t < along; t += 0.8f)
            {
                var off = Math.Abs((t + along + pitch / 2) % pitch - pitch / 2);
                var bite = MathF.Sqrt(Math.Max(0, 36 - off * off));
                outline.Add(Shape.Turn(new(t, -across + bite), edge * MathF.PI / 2));
            }
        }

        return Shape.Of([.. outline]);
    }

    private static void Postmark(Canvas canvas)
    {
        var center = new Vector2(170, -135);
        Vector4 Worn(float x, float y) => Rgb(0x3A3440, 0.78f * Step(-0.35f, 0.1f, Noise(x / 9, y / 9, 3)));
        foreach (var (radius, width) in new[] { (84f, 4f), (76f, 1.6f), (48f, 1.6f) })
        {
            canvas.Fill(Shape.Stroke([.. Enumerable.Range(0, 73).Select(i => OnLetter(center + Shape.Polar(i * MathF.Tau / 72, radius)))], _ => width), Worn);
        }

        for (var i = 0; i < 26; i++)
        {
            var a = i * MathF.Tau / 26;
            if (i % 13 != 0)
            {
                canvas.Fill(Shape.Line(OnLetter(center + Shape.Polar(a, 56)), OnLetter(center + Shape.Polar(a + 0.05f * (i % 3 - 1), 68)), 3), Worn);
            }
        }

        canvas.Fill(Shape.Line(OnLetter(center + new Vector2(-44, -13)), OnLetter(center + new Vector2(44, -13)), 2).Add(Shape.Line(OnLetter(center + new Vector2(-44, 13)), OnLetter(center + new Vector2(44, 13)), 2)), Worn);
        for (var i = 0; i < 5; i++)
        {
            var wave = Enumerable.Range(0, 34).Select(k => OnLetter(center + new Vector2(88 + k * 6, -52 + i * 24 + 7 * MathF.Sin(k * 0.62f))));
            canvas.Fill(Shape.Stroke([.. wave], _ => 3), Worn);
        }
    }

    /// <summary>A pressed sprig of lavender laid over the corner.</summary>
    private static void Sprig(Canvas canvas, Random dice)
    {
        foreach (var (lean, length) in new[] { (-0.16f, 520f), (0.02f, 600f), (0.17f, 500f) })
        {
            Vector2 At(float t, float side) => new Vector2(250, 975) + Shape.Turn(new(side + 50 * t * t, -t * length), lean + 0.5f);
            Vector2[] stem = [At(0, 0), At(0.3f, -8), At(0.65f, 4), At(1, 0)];
            canvas.Fill(Shape.Stroke(stem, _ => 5).Map(p => p + new Vector2(8, 10)), Rgb(0x4A3018, 0.35f), 4);
            canvas.Fill(Shape.Stroke(stem, t => 5 - 3 * t), Rgb(0x6F8560));
            for (var i = 0; i < 46; i++)
            {
                var t = 0.56f + 0.46f * i / 46;
                var side = (i % 2 * 2 - 1) * (15 - 10 * (i / 46f)) * (0.4f + dice.NextSingle());
                var turn = lean + 0.5f - MathF.PI / 2 + side * 0.04f;
                var at = At(t, side);
                canvas.Fill(Shape.Ellipse(at + new Vector2(7, 9), 12, 6, turn), Rgb(0x4A3018, 0.22f), 3);
                canvas.Fill(Shape.Ellipse(at, 13, 6.5f, turn), new Ramp((0, Rgb(0xC9B3E6)), (1, Rgb(0x6A4FA0))).Around(at - new Vector2(4, 6), 18));
            }
        }

        canvas.Fill(Shape.Stroke([new(286, 850), new(318, 868), new(352, 866)], _ => 11), Rgb(0xC9A26A));
        canvas.Fill(Shape.Stroke([new(288, 858), new(318, 875), new(350, 873)], _ => 2), Rgb(0x8A6636));
    }

    /// <summary>Sun through a window: bright panes at a slant, dimmed where leaves and bars stand in the way.</summary>
    private static void Light(Canvas canvas, Random dice)
    {
        var panes = new Shape();
        for (var i = 0; i < 2; i++)
        {
            for (var k = 0; k < 2; k++)
            {
                panes.Add(Shape.Box(i * 500 - 60, k * 470 - 40, i * 500 + 410, k * 470 + 400).Map(p => new(p.X + 480 - p.Y * 0.38f, p.Y + p.X * 0.10f)));
            }
        }

        var shade = Shape.Box(-300, -300, 1800, 1300);
        foreach (var pane in panes.Outlines)
        {
            shade.Add([.. pane.Reverse()]);
        }

        canvas.Fill(shade, Rgb(0x8C7FA8, 0.62f), 9, Blend.Stain);
        canvas.Fill(panes, Rgb(0xFFC070, 0.10f), 9, Blend.Light);
        for (var branch = 0; branch < 4; branch++)
        {
            var root = new Vector2(1560, -60 + branch * 120);
            var tip = new Vector2(1010 - branch * 90 + dice.Next(80), 60 + branch * 190);
            canvas.Fill(Shape.Stroke([root, (root + tip) / 2 + new Vector2(0, -50), tip], t => 12 - 8 * t), Rgb(0x7A6A8A, 0.4f), 8, Blend.Stain);
            for (var i = 0; i < 15; i++)
            {
                var t = i / 14f;
                var at = Vector2.Lerp(root, tip, t) + new Vector2(0, -200 * t * (1 - t));
                var turn = MathF.PI * 0.85f + (i % 2 * 2 - 1) * 0.85f;
                var leaf = Shape.Blob(at + Shape.Polar(turn, 46), turn, a => new(54 * MathF.Cos(a), 20 * MathF.Sin(a) * MathF.Sqrt(MathF.Abs(MathF.Sin(a)))), 40);
                canvas.Fill(leaf, Rgb(0x75658A, 0.42f), 7, Blend.Stain);
            }
        }
    }
}
