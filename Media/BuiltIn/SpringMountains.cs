using System.Numerics;
using static Postcard.Media.BuiltIn.Pigment;

namespace Postcard.Media.BuiltIn;

/// <summary>Azurite and malachite peaks with gold contours on silk, after the blue-green landscapes of the Song.</summary>
internal static class SpringMountains
{
    private static readonly Vector4 Mist = Rgb(0xF8EDD6);
    private static readonly Vector4 Gold = Rgb(0xE9C579);

    public static Canvas Paint()
    {
        var canvas = new Canvas();
        var dice = new Random(11);
        var silk = new Ramp((0, Rgb(0xE4CDA0)), (0.35f, Rgb(0xF2E0BC)), (0.7f, Mist), (1, Rgb(0xE8DDBF)));
        canvas.Wash((x, y) => silk[y / 1000 + 0.05f * Noise(x / 400, y / 120)]);
        canvas.Glow(new(452, 262), 330, Rgb(0xF3A465, 0.6f));
        canvas.Fill(Shape.Circle(new(452, 262), 78), new Ramp((0, Rgb(0xD9452B)), (1, Rgb(0xE8663F))).Down(184, 340), 0.7f);

        Range(canvas, dice, 690, 0.30f, (150, 190, 250), (470, 150, 190), (740, 180, 330), (1080, 220, 400), (1390, 210, 310));
        Veil(canvas, dice, 660, 0.75f);
        Range(canvas, dice, 770, 0.62f, (60, 190, 320), (330, 150, 180), (860, 190, 470), (1230, 210, 420), (1480, 160, 330));
        Veil(canvas, dice, 745, 0.8f);
        Cranes(canvas);
        Range(canvas, dice, 850, 1, (-20, 180, 260), (1010, 170, 430), (1180, 190, 330), (1390, 220, 500), (830, 120, 170));
        Veil(canvas, dice, 850, 1);
        Water(canvas, dice);
        Bank(canvas, dice, new(1330, 880), 400, 46, 64);
        Bank(canvas, dice, new(-10, 856), 230, 34, 26);
        Boat(canvas, new(500, 890));
        canvas.Print(0.06f, 0.024f);
        return canvas;
    }

    private static void Range(Canvas canvas, Random dice, float foot, float strength, params ReadOnlySpan<(float X, float Half, float Height)> peaks)
    {
        foreach (var (x, half, height) in peaks)
        {
            Peak(canvas, x, foot, half, height, dice.Next(1000), strength);
        }
    }

    private static void Peak(Canvas canvas, float x, float foot, float half, float height, float seed, float strength)
    {
        float Top(float at, float shrink)
        {
            var u = (at - x) / (half * 1.15f * (1 - 0.09f * shrink));
            var bell = MathF.Pow(Math.Max(0, 1 - u * u), 1.25f);
            var rough = 1 + 0.20f * Noise(u * 1.7f + seed, seed, 3) + 0.025f * Noise(u * 11 + shrink * 3, seed, 2);
            return foot - height * bell * rough * (1 - 0.17f * shrink);
        }

        var body = new Ramp(
            (0, Rgb(0x17507F)), (0.22f, Rgb(0x1F7391)), (0.5f, Rgb(0x3A9A8C)), (0.74f, Rgb(0x93C0A0, 0.9f)), (1, Mist.Fade(0)));
        canvas.Fill(Shape.Under(at => Top(at, 0), x - half * 1.15f, x + half * 1.15f, foot), (px, py) =>
        {
            var down = (py - (foot - height)) / height;
            var crease = Noise((px - x) * 0.03f + (py - foot) * -0.014f * MathF.Tanh((px - x) / 60) + seed, py * 0.006f, 3);
            var color = body[down + 0.10f * crease];
            var lit = 0.10f * (1 - down) * Step(0.5f, -0.6f, (px - x) / half);
            return Mix(Mist, color + new Vector4(lit, lit, lit * 0.6f, 0), 0.22f + 0.78f * strength) with { W = color.W };
        });
        for (var k = 0; k < 6; k++)
        {
            var reach = half * 1.1f * (1 - 0.09f * k);
            var ridge = new List<Vector2>();
            for (var at = x - reach; at <= x + reach; at += 9)
            {
                ridge.Add(new(at, Top(at, k)));
            }

            canvas.Fill(
                Shape.Stroke([.. ridge], _ => k == 0 ? 3.2f : 1.7f),
                (_, py) => Gold.Fade(strength * (k == 0 ? 1 : 0.62f) * Step(foot - height * 0.12f, foot - height * 0.6f, py)));
        }
    }

    private static void Veil(Canvas canvas, Random dice, float y, float strength)
    {
        for (var i = 0; i < 9; i++)
        {
            var center = new Vector2(dice.Next(-100, 1600), y + dice.Next(-20, 45));
            canvas.Fill(Shape.Ellipse(center, dice.Next(180, 420), dice.Next(12, 34)), Mist.Fade(0.55f * strength), 24);
        }
    }

    private static void Water(Canvas canvas, Random dice)
    {
        for (var i = 0; i < 90; i++)
        {
            var y = 880 + 118 * MathF.Pow(dice.NextSingle(), 0.8f);
            var x = dice.Next(-60, 1500);
            var length = (y - 850) * (0.6f + dice.NextSingle());
            canvas.Fill(
                Shape.Stroke([new(x, y), new(x + length * 0.3f, y - 2), new(x + length * 0.65f, y + 2), new(x + length, y)], t => 2.2f * MathF.Sin(t * MathF.PI)),
                Rgb(0x4F9A94, 0.34f));
        }
    }

    /// <summary>A low spit of land with peach trees in flower, back to front.</summary>
    private static void Bank(Canvas canvas, Random dice, Vector2 center, float reach, float height, int trees)
    {
        float Top(float x) => center.Y - height * MathF.Pow(Math.Max(0, 1 - MathF.Pow((x - center.X) / reach, 2)), 0.8f) * (1 + 0.25f * Noise(x / 90, 3));
        var land = Shape.Under(Top, center.X - reach, center.X + reach, center.Y);
        canvas.Fill(land.Map(p => new(p.X, center.Y * 2 - p.Y - 2)), Rgb(0x6FA58F, 0.25f), 5);
        canvas.Fill(land, new Ramp((0, Rgb(0x2E8A80)), (0.6f, Rgb(0x7DB496)), (1, Rgb(0xD9CFA4))).Down(center.Y - height, center.Y));
        for (var i = 0; i < trees; i++)
        {
            var x = center.X + (dice.NextSingle() + dice.NextSingle() - 1) * reach * 0.86f;
            var root = new Vector2(x, Top(x) + (i / (float)trees * 0.7f + 0.1f) * (center.Y - Top(x)));
            var tall = 18 + dice.NextSingle() * 26;
            canvas.Fill(Shape.Stroke([root, root - new Vector2(dice.Next(-5, 6), tall)], t => 3.4f - 2 * t), Rgb(0x4B3A33));
            for (var k = 0; k < 26; k++)
            {
                var at = root + new Vector2(0, -tall) + Shape.Polar(dice.NextSingle() * MathF.Tau, MathF.Sqrt(dice.NextSingle()) * tall * 0.6f);
                var tone = Mix(Rgb(0xC94F6D), Rgb(0xFFE3E2), dice.NextSingle() * 0.7f + (root.Y - tall - at.Y) / tall * 0.5f);
                canvas.Fill(Shape.Circle(at, 1.6f + dice.NextSingle() * 2.6f), tone.Fade(0.92f));
            }
        }
    }

    private static void Boat(Canvas canvas, Vector2 at)
    {
        var wood = Rgb(0x3B2A24);
        var hull = Shape.Of([.. Shape.Smooth([new(-92, -12), new(-60, 4), new(0, 9), new(62, 3), new(98, -18)]), new(60, 17), new(0, 22), new(-64, 16)]);
        var roof = Shape.Of([.. Shape.Smooth([new(-40, 5), new(-36, -20), new(-8, -30), new(22, -22), new(28, 4)])]);
        var man = Shape.Stroke([new(56, 2), new(57, -16), new(55, -34)], t => 15 - 8 * t)
            .Add(Shape.Circle(new(56, -40), 6)).Add(Shape.Of(new(40, -40), new(56, -53), new(72, -40)));
        var pole = Shape.Line(new(64, -62), new(92, 46), 2.2f);
        canvas.Fill(hull.Map(p => at + new Vector2(p.X, 40 - p.Y * 0.7f)), wood.Fade(0.22f), 3);
        canvas.Fill(roof.Map(p => at + p + new Vector2(0, 6)), new Ramp((0, Rgb(0x9C7A4E)), (1, Rgb(0x5E452F))).Down(at.Y - 30, at.Y + 5));
        canvas.Fill(hull.Map(p => at + p), wood);
        canvas.Fill(man.Map(p => at + p), Rgb(0x2C3A3D));
        canvas.Fill(pole.Map(p => at + p), wood);
    }

    private static void Cranes(Canvas canvas)
    {
        foreach (var (x, y, size) in new[] { (600f, 330f, 1f), (664f, 296f, 0.8f), (706f, 342f, 0.62f), (548f, 380f, 0.55f) })
        {
            Vector2 At(float dx, float dy) => new(x + dx * size, y + dy * size);
            var wing = new Ramp((0, Rgb(0x2B2A2E)), (0.5f, Rgb(0xFFFDF6)), (1, Rgb(0xFFFDF6))).Down(y - 34 * size, y + 6 * size);
            canvas.Fill(Shape.Stroke([At(-3, 2), At(-14, -14), At(-34, -26), At(-50, -22)], t => (16 - 14 * t) * size), wing);
            canvas.Fill(Shape.Stroke([At(5, 0), At(14, -18), At(30, -34), At(44, -36)], t => (16 - 14 * t) * size), wing);
            canvas.Fill(Shape.Stroke([At(-26, 10), At(0, 1), At(20, -2), At(44, -8)], t => (2 + 11 * MathF.Sin(t * MathF.PI * 0.8f)) * size), Rgb(0xFFFDF6));
            canvas.Fill(Shape.Line(At(38, -7), At(52, -10), 2 * size), Rgb(0x2B2A2E));
        }
    }
}
