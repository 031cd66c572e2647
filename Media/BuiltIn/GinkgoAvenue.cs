using System.Numerics;
using static Postcard.Media.BuiltIn.Pigment;

namespace Postcard.Media.BuiltIn;

/// <summary>The avenue to the campus library when the ginkgos have turned.</summary>
internal static class GinkgoAvenue
{
    private static readonly Vector2 Vanishing = new(800, 590);
    private static readonly Vector4 Haze = Rgb(0xFFE9B8);

    public static Canvas Paint()
    {
        var canvas = new Canvas();
        var dice = new Random(17);
        canvas.Wash(new Ramp((0, Rgb(0x9CC4D6)), (0.4f, Rgb(0xD5E4DA)), (0.75f, Rgb(0xFBEBC2)), (1, Haze)).Down(0, 600));
        canvas.Glow(new(560, 330), 620, Rgb(0xFFE2A0, 0.5f));
        Library(canvas, new(800, 606), 1.0f);
        Ground(canvas, dice);
        for (var x = -20f; x < 1520; x += 7)
        {
            var bush = new Vector2(x, 606 - dice.NextSingle() * (26 + 34 * Math.Abs(Noise(x / 130, 4, 2))));
            canvas.Fill(Shape.Ellipse(bush, 16, 13), Mix(Gold(dice.NextSingle()), Haze, 0.55f), 1.5f);
        }

        for (var z = 9f; z >= 0.8f; z /= 1.34f)
        {
            var haze = Step(0.8f, 9, z) * 0.62f;
            Tree(canvas, dice, Vanishing + new Vector2(-560, 330) / z, 690 / z, haze);
            Tree(canvas, dice, Vanishing + new Vector2(600, 330) / z, 690 / z, haze);
        }

        Walkers(canvas, new(752, 752));
        for (var i = 0; i < 7; i++)
        {
            var foot = new Vector2(330 + i * 130, 1000);
            canvas.Fill(Shape.Of(new(500 + i * 16, -20), new(530 + i * 20, -20), foot + new Vector2(120, 0), foot), Rgb(0xFFE7A8, 0.10f), 16, Blend.Light);
        }

        for (var i = 0; i < 44; i++)
        {
            var near = MathF.Pow(dice.NextSingle(), 3);
            var x = dice.Next(1400);
            Leaf(canvas, dice, new(x < 650 ? x : x + 200, dice.Next(1000)), 9 + 44 * near, 1, near > 0.35f ? 5 * near : 0);
        }

        canvas.Print(0.13f);
        return canvas;
    }

    private static void Library(Canvas canvas, Vector2 at, float size)
    {
        Shape Box(float left, float top, float right, float bottom) => Shape.Box(left, top, right, bottom).Map(p => at + p * size);
        Shape Part(params Vector2[] points) => Shape.Of(points).Map(p => at + p * size);
        var stone = new Ramp((0, Rgb(0xFFF6E0)), (1, Rgb(0xE9D3AE))).Down(at.Y - 190 * size, at.Y);
        canvas.Fill(Box(-330, -150, 330, 0), new Ramp((0, Rgb(0xC97F5C)), (1, Rgb(0xDBA179))).Down(at.Y - 150 * size, at.Y));
        for (var x = -312f; x < 300; x += 34)
        {
            foreach (var y in new[] { -136f, -90f, -44f })
            {
                canvas.Fill(Box(x, y, x + 19, y + 32), Rgb(0xF4E2BE));
                canvas.Fill(Box(x + 2.5f, y + 2.5f, x + 16.5f, y + 29.5f), new Ramp((0, Rgb(0x6F8F98)), (1, Rgb(0xB9C7BB))).Down(at.Y + y * size, at.Y + (y + 30) * size));
                canvas.Fill(Box(x + 8.6f, y + 2.5f, x + 10.4f, y + 29.5f), Rgb(0xF4E2BE));
            }
        }

        canvas.Fill(Box(-338, -160, 338, -148), stone);
        canvas.Fill(Part(new(-352, -158), new(-300, -198), new(300, -198), new(352, -158)), new Ramp((0, Rgb(0x6E8C80)), (1, Rgb(0x93A893))).Down(at.Y - 200 * size, at.Y - 158 * size));
        canvas.Fill(Box(-112, -178, 112, 0), Rgb(0xE3B98F));
        for (var i = 0; i < 3; i++)
        {
            var x = -52f + i * 52;
            canvas.Fill(Box(x - 15, -110, x + 15, 0).Add(Shape.Circle(at + new Vector2(x, -110) * size, 15 * size)), new Ramp((0, Rgb(0x59505A)), (1, Rgb(0xFFD08A))).Down(at.Y - 125 * size, at.Y));
        }

        for (var i = 0; i < 4; i++)
        {
            var x = -90f + i * 60;
            canvas.Fill(Box(x - 9, -176, x + 9, 0), (px, _) => Mix(Rgb(0xFFF9E8), Rgb(0xD4B58C), (px - at.X) / size / 18 - x / 18 + 0.4f));
            canvas.Fill(Box(x - 13, -180, x + 13, -172).Add(Box(x - 13, -8, x + 13, 0)), stone);
        }

        canvas.Fill(Box(-124, -198, 124, -178), stone);
        canvas.Fill(Part(new(-134, -198), new(0, -258), new(134, -198)), stone);
        canvas.Fill(Part(new(-100, -204), new(0, -248), new(100, -204)), Rgb(0xD9A27A));
        canvas.Fill(Shape.Circle(at + new Vector2(0, -221) * size, 14 * size), Rgb(0xFFF8E6));
        canvas.Fill(Shape.Line(at + new Vector2(0, -221) * size, at + new Vector2(0, -231) * size, 1.6f).Add(Shape.Line(at + new Vector2(0, -221) * size, at + new Vector2(7, -218) * size, 1.6f)), Rgb(0x5A4238));
        for (var i = 0; i < 5; i++)
        {
            canvas.Fill(Box(-130 - i * 12, i * 5 - 2, 130 + i * 12, i * 5 + 4), Mix(Rgb(0xFFF3D8), Rgb(0xD9BE95), i * 0.22f));
        }

        canvas.Fill(Box(-420, -280, 420, 40), Haze.Fade(0.24f), 20);
    }

    private static void Ground(Canvas canvas, Random dice)
    {
        float Depth(float y) => Math.Max(0.02f, (y - Vanishing.Y) / 410);
        canvas.Fill(Shape.Box(0, Vanishing.Y + 22, 1500, 1000), (x, y) =>
        {
            var across = Math.Abs(x - Vanishing.X) / (430 * Depth(y));
            var litter = Noise(x / (60 * Depth(y) + 4), y / (14 * Depth(y) + 1), 4);
            var road = Mix(Rgb(0xF3DDB4), Rgb(0xB99470), Depth(y));
            var carpet = Mix(Mix(Haze, Rgb(0xE9A92B), Depth(y) * 1.6f), Rgb(0xFFD65A), 0.5f + 0.7f * litter);
            return Mix(road, carpet, Step(0.62f, 1.02f, across + 0.22f * litter));
        });
        for (var z = 8f; z >= 0.9f; z /= 1.34f)
        {
            var foot = Vanishing + new Vector2(-560, 330) / z;
            canvas.Fill(Shape.Of(foot, foot + new Vector2(0, 16) / z, foot + new Vector2(1500, 150) / z, foot + new Vector2(1500, 40) / z), Rgb(0xA06A50, 0.34f), 10 / z, Blend.Stain);
            canvas.Fill(Shape.Ellipse(foot + new Vector2(1180, 66) / z, 520 / z, 42 / z), Rgb(0xC08A60, 0.42f), 14 / z, Blend.Stain);
        }

        for (var i = 0; i < 2600; i++)
        {
            var depth = 0.07f + 0.95f * MathF.Pow(dice.NextSingle(), 1.4f);
            var across = (dice.NextSingle() - 0.5f) * 2;
            across = MathF.Sign(across) * MathF.Pow(Math.Abs(across), 0.6f);
            var at = new Vector2(Vanishing.X + across * 900 * depth, Vanishing.Y + 410 * depth);
            Leaf(canvas, dice, at, 16 * depth, 0.42f, 0);
        }
    }

    /// <summary>A ginkgo: trunk, boughs, and foliage in clumps that are lit from the upper left.</summary>
    private static void Tree(Canvas canvas, Random dice, Vector2 foot, float height, float haze)
    {
        var bark = Mix(Rgb(0x54392C), Haze, haze);
        var top = foot - new Vector2(height * 0.02f, height * 1.2f);
        canvas.Fill(Shape.Ellipse(foot, height * 0.11f, height * 0.022f), Rgb(0x8A5A34, 0.5f), height * 0.01f);
        canvas.Fill(Shape.Stroke([foot + new Vector2(0, height * 0.015f), Vector2.Lerp(foot, top, 0.4f) + new Vector2(height * 0.012f, 0), top], t => height * (0.085f - 0.07f * t)),
            (x, y) => Mix(bark, Mix(Rgb(0xB98A5E), Haze, haze), Step(0.01f, -0.03f, (x - foot.X) / height) * 0.8f + 0.3f * Noise(x / (height * 0.02f), y / (height * 0.12f), 2)));
        var clumps = new List<(Vector2 At, float Reach)>();
        for (var i = 0; i < 34; i++)
        {
            var up = dice.NextSingle();
            var wide = height * 0.39f * MathF.Sin(MathF.PI * (0.16f + 0.74f * up));
            var at = foot + new Vector2((dice.NextSingle() * 2 - 1) * wide, -height * (0.5f + 0.92f * up));
            clumps.Add((at, height * (0.13f + 0.08f * dice.NextSingle())));
            canvas.Fill(Shape.Stroke([Vector2.Lerp(foot, top, 0.42f + 0.5f * up), Vector2.Lerp(foot, top, 0.5f + 0.5f * up) * 0.5f + at * 0.5f, at], t => height * 0.018f * (1.1f - t)), bark);
        }

        clumps.Sort((a, b) => a.At.Y.CompareTo(b.At.Y));
        var dab = Math.Max(height * 0.0125f, 1.5f);
        for (var i = 0; i < clumps.Count * 130; i++)
        {
            var (center, reach) = clumps[i / 130];
            var offset = Shape.Polar(dice.NextSingle() * MathF.Tau, MathF.Sqrt(dice.NextSingle()) * reach) * new Vector2(1.15f, 0.85f);
            var at = center + offset;
            var light = 0.5f - (offset.X * 0.5f + offset.Y) / (reach * 2.1f) - (center.X - foot.X) / height * 0.35f + (dice.NextSingle() - 0.5f) * 0.45f;
            if (at.Y > -20 && at.Y < 1000 && at.X > -20 && at.X < 1520)
            {
                canvas.Fill(Shape.Ellipse(at, dab * (0.7f + dice.NextSingle()), dab * (0.45f + 0.4f * dice.NextSingle()), dice.NextSingle() * 3), Mix(Gold(light), Haze, haze));
            }
        }
    }

    private static Vector4 Gold(float light) => light < 0.45f
        ? Mix(Rgb(0xA8620F), Rgb(0xE39B17), light / 0.45f)
        : Mix(Rgb(0xE39B17), Rgb(0xFFE777), (light - 0.45f) / 0.5f);

    /// <summary>A ginkgo leaf: a fan with a notch and a stem, pressed flat by <paramref name="flat"/> when it lies on the ground.</summary>
    private static void Leaf(Canvas canvas, Random dice, Vector2 at, float size, float flat, float blur)
    {
        var (turn, tone, lean) = (dice.NextSingle() * MathF.Tau, dice.NextSingle(), 0.55f + 0.45f * dice.NextSingle());
        Vector2 Place(Vector2 p) => at + Shape.Turn(p * new Vector2(1, lean), turn) * new Vector2(1, flat);
        var edge = new List<Vector2> { default };
        for (var a = -1.1f; a <= 1.11f; a += size > 12 ? 0.1f : 0.22f)
        {
            edge.Add(Shape.Polar(a, size * (1 - 0.34f * MathF.Exp(-a * a * 60) - 0.10f * a * a + 0.02f * MathF.Sin(a * 23))));
        }

        var gold = new Ramp((0, Gold(0.25f + 0.3f * tone)), (1, Gold(0.55f + 0.45f * tone)));
        canvas.Fill(Shape.Of([.. edge]).Map(Place), gold.Around(at, size), blur);
        canvas.Fill(Shape.Stroke([Place(default), Place(new(-size * 0.3f, size * 0.03f)), Place(new(-size * 0.62f, size * 0.14f))], _ => Math.Max(size * 0.05f, 0.7f)), Gold(0.3f), blur);
    }

    private static void Walkers(Canvas canvas, Vector2 at)
    {
        foreach (var (x, coat, scarf, hair) in new[] { (0f, 0x3F5D7Cu, 0xE9DCC0u, 0x2C2422u), (46f, 0xC4553Fu, 0xF6E7C8u, 0x3A2620u) })
        {
            Vector2 At(float dx, float dy) => at + new Vector2(x + dx, dy);
            canvas.Fill(Shape.Ellipse(At(66, 12), 70, 6), Rgb(0x8A5A40, 0.45f), 3, Blend.Stain);
            canvas.Fill(Shape.Line(At(-6, -40), At(-8, 8), 8).Add(Shape.Line(At(6, -40), At(9, 4), 8)), Rgb(0x33313F));
            canvas.Fill(Shape.Of([.. Shape.Smooth([At(-9, -100), At(-17, -80), At(-19, -34), At(0, -29), At(19, -34), At(17, -80), At(9, -100), At(0, -104)])]), new Ramp((0, Rgb(coat) + new Vector4(0.12f, 0.1f, 0.06f, 0)), (1, Rgb(coat))).Down(at.Y - 104, at.Y - 40));
            canvas.Fill(Shape.Circle(At(0, -116), 12), Rgb(hair));
            canvas.Fill(x > 0 ? Shape.Ellipse(At(0, -108), 12, 17) : Shape.Circle(At(0, -118), 11), Rgb(hair));
            canvas.Fill(Shape.Ellipse(At(0, -100), 12, 5), Rgb(scarf));
        }
    }
}
