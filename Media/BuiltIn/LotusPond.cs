using System.Numerics;
using static Postcard.Media.BuiltIn.Pigment;

namespace Postcard.Media.BuiltIn;

/// <summary>Lotus over a quiet pond, in the fine-line manner: washes inside, a line around.</summary>
internal static class LotusPond
{
    public static Canvas Paint()
    {
        var canvas = new Canvas();
        var dice = new Random(6);
        var water = new Ramp((0, Rgb(0xF4F3E2)), (0.45f, Rgb(0xDDEBDD)), (0.8f, Rgb(0xA9CFC2)), (1, Rgb(0x83B8AE)));
        canvas.Wash((x, y) => water[y / 1000 + 0.05f * Noise(x / 420, y / 130) - 0.08f * (x / 1500 - 0.5f)]);
        canvas.Glow(new(420, 240), 520, Rgb(0xFFF6DC, 0.6f));
        for (var i = 0; i < 5; i++)
        {
            Pad(canvas, dice, new(120 + i * 330, 610 + dice.Next(-30, 30)), 60 + dice.Next(50), 0.2f, 0.30f);
        }

        Ripples(canvas);
        Koi(canvas, new(470, 800), 0.30f, 1.15f, Rgb(0xE2492F));
        Koi(canvas, new(300, 905), -0.16f, 0.9f, Rgb(0xF08A3C));
        Pad(canvas, dice, new(160, 745), 150, 0.32f, 0.75f);
        Pad(canvas, dice, new(1390, 700), 190, 0.34f, 0.8f);
        Stem(canvas, new(1230, 1010), new(1190, 640), new(1120, 330), 13);
        Stem(canvas, new(1010, 1010), new(985, 760), new(873, 436), 9);
        Stem(canvas, new(1330, 1010), new(1370, 760), new(1335, 560), 10);
        Flower(canvas, new(1110, 330), 205);
        Bud(canvas, new(872, 442), 88, -0.28f);
        Pad(canvas, dice, new(1330, 575), 215, 0.42f, 1);
        Pad(canvas, dice, new(960, 850), 300, 0.40f, 1);
        Pad(canvas, dice, new(1350, 925), 260, 0.42f, 1);
        Dragonfly(canvas, new(742, 262), 1.05f);
        canvas.Print(0.08f);
        return canvas;
    }

    /// <summary>A lotus leaf seen at a slant, with ribs, a pale heart and drops of dew.</summary>
    private static void Pad(Canvas canvas, Random dice, Vector2 at, float reach, float slant, float near)
    {
        var seed = dice.Next(100);
        Vector2 Rim(float a, float grow) => at + new Vector2(MathF.Cos(a), MathF.Sin(a) * slant) * reach * grow
            + new Vector2(0, slant * reach * (0.16f * MathF.Sin(a * 5 + seed) + 0.22f * Noise(MathF.Cos(a) * 1.3f + seed, MathF.Sin(a) * 1.3f, 2))) * grow;
        var mist = Rgb(0xDCEBDD);
        var leaf = Shape.Of([.. Enumerable.Range(0, 160).Select(i => Rim(i * MathF.Tau / 160, 1))]);
        canvas.Fill(leaf.Map(p => p + new Vector2(reach * 0.03f, reach * 0.16f)), Rgb(0x1F5A58, 0.30f * near), reach * 0.06f);
        var wash = new Ramp((0, Rgb(0xC7DFA8)), (0.1f, Rgb(0x86BC90)), (0.5f, Rgb(0x3D9080)), (0.85f, Rgb(0x1F6A68)), (1, Rgb(0x3E8A78)));
        canvas.Fill(leaf, (x, y) =>
        {
            var (dx, dy) = ((x - at.X) / reach, (y - at.Y) / (reach * slant));
            var radius = MathF.Sqrt(dx * dx + dy * dy);
            var angle = MathF.Atan2(dy, dx);
            var fold = 0.13f * MathF.Sin(angle * 18 + seed) * Step(0.1f, 0.8f, radius);
            var light = 0.10f * Noise(x / (reach * 0.4f) + seed, y / (reach * 0.2f), 3) - 0.09f * dy;
            return Mix(mist, wash[radius + fold * 0.6f] + new Vector4(light, light, light * 0.7f, 0), 0.25f + 0.75f * near);
        });
        for (var i = 0; i < 18 && near > 0.5f; i++)
        {
            var a = (i + 0.25f) * MathF.Tau / 18;
            canvas.Fill(Shape.Stroke([at, Vector2.Lerp(at, Rim(a + 0.03f, 1), 0.55f), Rim(a, 0.97f)], t => 2.6f - 2 * t), Rgb(0xD9EBC0, 0.5f * near));
        }

        canvas.Fill(Shape.Stroke([.. Enumerable.Range(0, 81).Select(i => Rim(i * MathF.Tau / 80, 1))], _ => 1.5f), Rgb(0x0F4A4A, 0.6f * near));
        for (var i = 0; i < 5 && near == 1; i++)
        {
            var drop = at + new Vector2(dice.Next(-60, 60) * 0.01f, dice.Next(-50, 60) * 0.01f * slant) * reach;
            var size = 3 + 5 * dice.NextSingle();
            canvas.Fill(Shape.Ellipse(drop + new Vector2(1, 2), size, size * 0.7f), Rgb(0x0D4545, 0.35f), 1.5f);
            canvas.Fill(Shape.Ellipse(drop, size, size * 0.7f), Rgb(0xE9FFF2, 0.55f));
            canvas.Fill(Shape.Circle(drop - new Vector2(size * 0.3f), size * 0.2f), Rgb(0xFFFFFF));
        }
    }

    private static void Stem(Canvas canvas, Vector2 foot, Vector2 bend, Vector2 head, float thick) =>
        canvas.Fill(Shape.Stroke([foot, bend, head], t => thick * (1.1f - 0.35f * t)), (x, y) => Mix(Rgb(0x2F7A62), Rgb(0x8FBF86), 0.45f + 0.5f * Noise(x / 40, y / 90, 2) + 0.25f * Noise(x / 2, y / 2, 1)));

    private static void Flower(Canvas canvas, Vector2 heart, float size)
    {
        canvas.Glow(heart - new Vector2(0, size * 0.3f), size * 2, Rgb(0xFFE3DA, 0.5f));
        foreach (var (lean, length, width, deep) in new[]
        {
            (-0.42f, 1.05f, 0.40f, 0.25f), (0.42f, 1.05f, 0.40f, 0.25f), (0f, 1.12f, 0.42f, 0.2f), (-0.80f, 1.0f, 0.40f, 0.35f), (0.80f, 1.0f, 0.40f, 0.35f),
        })
        {
            Petal(canvas, heart, lean, size * length, size * width, deep);
        }

        canvas.Fill(Shape.Ellipse(heart - new Vector2(0, size * 0.30f), size * 0.24f, size * 0.15f), new Ramp((0, Rgb(0xE6DE7C)), (1, Rgb(0x9DB455))).Down(heart.Y - size * 0.45f, heart.Y - size * 0.15f));
        for (var i = 0; i < 46; i++)
        {
            var a = -MathF.PI * (0.04f + 0.92f * i / 45f);
            var end = heart + new Vector2(MathF.Cos(a) * size * 0.36f, MathF.Sin(a) * size * 0.14f - size * 0.32f - size * 0.06f * (i % 3));
            canvas.Fill(Shape.Line(heart - new Vector2(0, size * 0.12f), end, 1.3f), Rgb(0xF7D774, 0.8f));
            canvas.Fill(Shape.Ellipse(end, 2.2f, 3.6f), Rgb(0xF2B73F));
        }

        foreach (var (lean, length, width, deep) in new[]
        {
            (-1.36f, 1.02f, 0.36f, 0.6f), (1.36f, 1.02f, 0.36f, 0.6f), (-1.02f, 0.92f, 0.42f, 0.45f), (1.02f, 0.92f, 0.42f, 0.45f), (-0.58f, 0.74f, 0.44f, 0.4f), (0.58f, 0.74f, 0.44f, 0.4f), (0.04f, 0.60f, 0.50f, 0.35f),
        })
        {
            Petal(canvas, heart + new Vector2(0, size * 0.08f), lean, size * length, size * width, deep);
        }
    }

    private static void Bud(Canvas canvas, Vector2 heart, float size, float lean)
    {
        foreach (var (turn, length, width, deep) in new[] { (-0.22f, 1.4f, 0.42f, 0.7f), (0.22f, 1.4f, 0.42f, 0.7f), (0f, 1.55f, 0.5f, 0.6f), (-0.3f, 1.05f, 0.34f, 0.8f), (0.3f, 0.95f, 0.34f, 0.8f) })
        {
            Petal(canvas, heart, lean + turn, size * length, size * width, deep);
        }
    }

    /// <summary>A petal from its root upwards, turned by <paramref name="lean"/>: pale at the root, rose at the tip, veined, outlined.</summary>
    private static void Petal(Canvas canvas, Vector2 root, float lean, float length, float width, float deep)
    {
        Vector2 Place(float across, float along) => root + Shape.Turn(new(across * width, -along * length), lean + 0.20f * lean * along * along);
        Vector2[] right = [.. Shape.Smooth([Place(0.06f, 0), Place(0.36f, 0.18f), Place(0.52f, 0.5f), Place(0.36f, 0.8f), Place(0, 1)])];
        Vector2[] left = [.. Shape.Smooth([Place(0, 1), Place(-0.36f, 0.8f), Place(-0.52f, 0.5f), Place(-0.36f, 0.18f), Place(-0.06f, 0)])];
        var tone = new Ramp((0, Rgb(0xEFF1CF)), (0.22f, Rgb(0xFFF7EF)), (0.6f, Mix(Rgb(0xFFE1E2), Rgb(0xF9AFC0), deep)), (0.9f, Mix(Rgb(0xF28BA8), Rgb(0xDE4F86), deep)), (1, Rgb(0xCC2F6E)));
        var outline = Shape.Of([.. right, .. left]);
        canvas.Fill(outline.Map(p => p + new Vector2(2, 5)), Rgb(0x7A3552, 0.22f), 6);
        canvas.Fill(outline, (x, y) => tone[Vector2.Distance(root, new(x, y)) / length]);
        for (var i = -4; i <= 4; i++)
        {
            var a = i / 4.6f;
            canvas.Fill(Shape.Stroke([Place(a * 0.1f, 0.06f), Place(a * 0.46f, 0.45f), Place(a * 0.36f, 0.76f), Place(a * 0.06f, 0.96f)], t => 1.1f * MathF.Sin(0.2f + t * 2.7f)), Rgb(0xC8386F, 0.30f));
        }

        canvas.Fill(Shape.Stroke([.. right, .. left], _ => 1.4f), Rgb(0xB02E63, 0.7f));
    }

    private static void Koi(Canvas canvas, Vector2 at, float turn, float size, Vector4 red)
    {
        Vector2 Place(Vector2 p) => at + Shape.Turn(p * size, turn) * new Vector2(1, 0.8f);
        Shape Curve(params Vector2[] through) => Shape.Of([.. Shape.Smooth(through)]).Map(Place);
        var body = Shape.Stroke([new(-105, 14), new(-50, -6), new(10, 2), new(62, -4), new(92, -10)], t => 50 * MathF.Pow(MathF.Sin(0.2f + t * 2.86f), 0.8f) * (0.6f + 0.48f * t)).Map(Place);
        var nose = Shape.Ellipse(new(84, -8), 20, 12.5f, -0.1f).Map(Place);
        canvas.Fill(body.Map(p => p + new Vector2(14, 30)), Rgb(0x1F6464, 0.35f), 9);
        canvas.Fill(Curve(new(-96, 12), new(-150, -26), new(-176, -30), new(-146, 8), new(-170, 52), new(-140, 44), new(-92, 16)), Rgb(0xFFE6DA, 0.75f));
        canvas.Fill(Curve(new(36, 14), new(20, 46), new(-6, 58), new(6, 22)).Add(Curve(new(40, -18), new(26, -50), new(2, -62), new(10, -22))), Rgb(0xFFEDE2, 0.75f));
        canvas.Fill(nose, Rgb(0xFFF8EE));
        canvas.Fill(body, (x, y) => Mix(red, Rgb(0xFFF8EE), Step(-0.06f, 0.04f, Noise((x - at.X) / (46 * size) + red.Y * 9, (y - at.Y) / (40 * size) + 2, 3))));
        canvas.Fill(Shape.Circle(Place(new(74, 4)), 3.2f * size).Add(Shape.Circle(Place(new(72, -19)), 3.2f * size)), Rgb(0x2A1A1A));
        canvas.Fill(body, Rgb(0x9CCBC0, 0.22f), 2);
    }

    private static void Ripples(Canvas canvas)
    {
        foreach (var (x, y, reach) in new[] { (545f, 812f, 230f), (545f, 812f, 160f), (545f, 812f, 95f), (350f, 900f, 150f), (350f, 900f, 90f) })
        {
            var ring = Shape.Stroke([.. Enumerable.Range(0, 61).Select(i => new Vector2(x + reach * MathF.Cos(i * MathF.Tau / 60), y + reach * 0.26f * MathF.Sin(i * MathF.Tau / 60)))], t => 1.2f + 1.2f * MathF.Sin(t * MathF.Tau));
            canvas.Fill(ring, Rgb(0xFFFFFF, 0.55f));
        }
    }

    private static void Dragonfly(Canvas canvas, Vector2 at, float heading)
    {
        Vector2 Place(Vector2 p) => at + Shape.Turn(p, heading);
        foreach (var (turn, length) in new[] { (0.42f, 98f), (0.02f, 104f), (MathF.PI - 0.42f, 98f), (MathF.PI - 0.02f, 104f) })
        {
            Vector2 Along(float t, float across) => Place(Shape.Turn(new(t * length, across), turn));
            var wing = Shape.Of([.. Shape.Smooth([Along(0, 0), Along(0.3f, -6), Along(0.7f, -9), Along(0.96f, -6), Along(1, 1), Along(0.85f, 10), Along(0.5f, 10), Along(0, 2)])]);
            canvas.Fill(wing, new Ramp((0, Rgb(0x9CC9CF, 0.55f)), (0.75f, Rgb(0xF4FFFF, 0.6f)), (1, Rgb(0xB5D8D8, 0.7f))).Around(at, length));
            canvas.Fill(Shape.Stroke([.. Shape.Smooth([Along(0, 0), Along(0.3f, -6), Along(0.7f, -9), Along(0.96f, -6), Along(1, 1), Along(0.85f, 10), Along(0.5f, 10), Along(0, 2)])], _ => 1), Rgb(0x3D6B70, 0.7f));
            canvas.Fill(Shape.Line(Along(0, 0), Along(0.95f, 1), 1).Add(Shape.Line(Along(0.84f, -7.5f), Along(0.93f, -6), 4)), Rgb(0x3D5A5C, 0.8f));
        }

        canvas.Fill(Shape.Stroke([Place(new(0, -10)), Place(new(1, 30)), Place(new(-4, 70)), Place(new(-14, 112))], t => 7.5f - 4f * t), (x, y) =>
            Mix(Rgb(0x1F6F78), Rgb(0x123C4A), Step(-0.4f, 0.4f, MathF.Sin(Vector2.Distance(at, new(x, y)) * 0.48f))));
        canvas.Fill(Shape.Ellipse(Place(new(0, -4)), 7.5f, 13, heading), Rgb(0x1B5560));
        canvas.Fill(Shape.Circle(Place(new(-4.5f, -19)), 5).Add(Shape.Circle(Place(new(4.5f, -19)), 5)), Rgb(0xB23A2C));
    }
}
