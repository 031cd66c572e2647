using System.Numerics;
using static Postcard.Media.BuiltIn.Pigment;

namespace Postcard.Media.BuiltIn;

/// <summary>Sky lanterns rise over a river town on the fifteenth night of the year.</summary>
internal static class LanternNight
{
    private const int Shore = 700;

    public static Canvas Paint()
    {
        var canvas = new Canvas();
        var dice = new Random(15);
        var night = new Ramp((0, Rgb(0x0A1030)), (0.45f, Rgb(0x1B2358)), (0.78f, Rgb(0x4A376F)), (1, Rgb(0xA35F6B)));
        canvas.Wash((x, y) => night[y / Shore + 0.05f * Noise(x / 300, y / 140)]);
        for (var i = 0; i < 240; i++)
        {
            var star = new Vector2(dice.Next(1500), dice.Next(520));
            canvas.Fill(Shape.Circle(star, 0.6f + 0.9f * dice.NextSingle()), Rgb(0xE9ECFF, 0.15f + 0.6f * dice.NextSingle()));
        }

        Hills(canvas);
        canvas.Glow(new(1060, Shore), 620, Rgb(0xFF9A4A, 0.35f));
        Town(canvas, dice);
        for (var i = 0; i < 150; i++)
        {
            var near = MathF.Pow(i / 150f, 2.2f);
            var x = 930 + (dice.NextSingle() + dice.NextSingle() - 1) * (430 + 480 * near);
            var y = Shore - 90 - (60 + 560 * dice.NextSingle()) * (0.75f + 0.35f * near);
            Lantern(canvas, new(x, y), 5 + 26 * near, (dice.NextSingle() - 0.5f) * 0.3f);
        }

        canvas.Reflect(Shore, 0.86f, 16, (_, y) => Rgb(0x0C1236, 0.22f + 0.42f * (y - Shore) / (1000 - Shore)));
        Ripples(canvas, dice);
        foreach (var (x, y, size) in new[] { (210f, 905f, 30f), (352f, 828f, 19f), (118f, 806f, 15f), (560f, 884f, 24f), (700f, 790f, 12f), (905f, 930f, 32f), (1240f, 862f, 20f), (1400f, 930f, 28f) })
        {
            FlowerLamp(canvas, new(x, y), size);
        }

        Lantern(canvas, new(250, 400), 78, 0.10f);
        Lantern(canvas, new(470, 212), 46, -0.07f);
        Lantern(canvas, new(96, 150), 34, 0.12f);
        canvas.Print(0.24f);
        return canvas;
    }

    private static void Hills(Canvas canvas)
    {
        foreach (var (foot, height, seed, top, bottom) in new[] { (640, 150f, 3f, 0x2C2C66u, 0x8A5672u), (690, 120f, 8f, 0x1C1F4Eu, 0x6B456Au) })
        {
            var hills = Shape.Under(x => foot - height * (0.45f + 0.55f * Noise(x / 270 + seed, seed, 4)), 0, 1500, Shore);
            canvas.Fill(hills, new Ramp((0, Rgb(top)), (1, Rgb(bottom))).Down(foot - height, Shore));
        }
    }

    private static void Town(Canvas canvas, Random dice)
    {
        for (var x = 560f; x < 1540; x += 46 + dice.Next(40))
        {
            House(canvas, dice, x, Shore - 4 - dice.Next(6), 62 + dice.Next(44), 34 + dice.Next(40));
        }

        for (var floor = 0; floor < 5; floor++)
        {
            House(canvas, dice, 1262, Shore - 60 - floor * 42, 92 - floor * 11, 26);
        }

        canvas.Fill(Shape.Line(new(1262, Shore - 330), new(1262, Shore - 250), 5), Rgb(0x14122F));
        Bridge(canvas);
    }

    /// <summary>A house or a storey: dark wall, lit windows, a roof with lifted eaves and a rim of light.</summary>
    private static void House(Canvas canvas, Random dice, float x, float foot, float width, float height)
    {
        var (half, eave) = (width / 2, width * 0.66f);
        canvas.Fill(Shape.Box(x - half, foot - height, x + half, foot), Rgb(0x251A3C));
        for (var w = x - half + 6; w < x + half - 12; w += 15)
        {
            if (dice.NextSingle() < 0.75f)
            {
                canvas.Fill(Shape.Box(w, foot - height + 9, w + 9, foot - height + 23), new Ramp((0, Rgb(0xFFD27A)), (1, Rgb(0xF08A3C))).Down(foot - height, foot));
            }
        }

        canvas.Glow(new(x, foot - height / 2), width * 0.9f, Rgb(0xFF9C4A, 0.28f));
        var top = foot - height;
        var roof = Shape.Smooth([new(x - eave, top - 9), new(x - half * 0.98f, top - 4), new(x - half * 0.72f, top - 12), new(x - half * 0.56f, top - 26)]);
        Vector2[] outline = [.. roof, .. roof.AsEnumerable().Reverse().Select(p => new Vector2(2 * x - p.X, p.Y)), new(x, top + 5)];
        canvas.Fill(Shape.Of(outline), new Ramp((0, Rgb(0x322A5A)), (1, Rgb(0x15122F))).Down(top - 30, top + 4));
        canvas.Fill(Shape.Stroke([new(x - eave, top - 5), new(x, top + 4), new(x + eave, top - 5)], _ => 1.6f), Rgb(0xFFA860, 0.7f));
    }

    private static void Bridge(Canvas canvas)
    {
        static float Deck(float x) => Shore - 92 * MathF.Pow(MathF.Cos((x - 380) / 260 * 1.45f), 1.3f) - 4;
        var bridge = Shape.Under(Deck, 125, 635, Shore);
        foreach (var (x, radius) in new[] { (380f, 64f), (270f, 36f), (490f, 36f) })
        {
            var arch = new Vector2[40];
            for (var i = 0; i < 40; i++)
            {
                arch[i] = new Vector2(x, Shore) - Shape.Polar(i * MathF.PI / 39, radius);
            }

            bridge.Add([.. arch.Reverse()]);
        }

        canvas.Fill(bridge, new Ramp((0, Rgb(0x3A2F5E)), (1, Rgb(0x171433))).Down(Shore - 100, Shore));
        canvas.Fill(Shape.Box(0, Shore - 9, 1500, Shore), Rgb(0x171433));
        for (var x = 140f; x < 630; x += 24)
        {
            canvas.Fill(Shape.Line(new(x, Deck(x) + 2), new(x, Deck(x) - 15), 3), Rgb(0x2B2450));
            if ((int)x % 48 == 44)
            {
                canvas.Fill(Shape.Ellipse(new(x, Deck(x) - 21), 6, 7), Rgb(0xFF7A45));
                canvas.Glow(new(x, Deck(x) - 21), 46, Rgb(0xFF8A45, 0.75f));
            }
        }

        canvas.Fill(Shape.Stroke([.. Enumerable.Range(0, 25).Select(i => new Vector2(140 + i * 20, Deck(140 + i * 20) - 14))], _ => 2.4f), Rgb(0xE08A62, 0.85f));
    }

    private static void Lantern(Canvas canvas, Vector2 at, float size, float lean)
    {
        canvas.Glow(at, size * 4.2f, Rgb(0xFF6A1C, 0.36f));
        Vector2 Place(Vector2 p) => at + Shape.Turn(p * size, lean);
        var paper = Shape.Of([.. Shape.Smooth([new(-0.52f, 0.95f), new(-0.72f, 0.2f), new(-0.78f, -0.45f), new(-0.55f, -0.92f), new(0, -1.06f), new(0.55f, -0.92f), new(0.78f, -0.45f), new(0.72f, 0.2f), new(0.52f, 0.95f)])]);
        var fire = new Ramp((0, Rgb(0xFFF8CF)), (0.3f, Rgb(0xFFD86E)), (0.62f, Rgb(0xFA8A3A)), (1, Rgb(0xC23A2A)));
        canvas.Fill(paper.Map(Place), fire.Around(at + Shape.Turn(new(0, 0.78f * size), lean), size * 1.95f));
        if (size > 14)
        {
            foreach (var side in new[] { -1f, -0.35f, 0.35f, 1f })
            {
                Vector2[] seam = [new(side * 0.5f, 0.95f), new(side * 0.7f, 0.1f), new(side * 0.6f, -0.7f), new(0, -1.05f)];
                canvas.Fill(Shape.Stroke([.. seam.Select(Place)], _ => size * 0.025f), Rgb(0x9A2A1E, 0.35f));
            }

            canvas.Fill(Shape.Ellipse(Place(new(0, 0.95f)), size * 0.52f, size * 0.09f, lean), Rgb(0x8A2F22, 0.85f));
            canvas.Fill(Shape.Ellipse(Place(new(0, 0.94f)), size * 0.42f, size * 0.055f, lean), Rgb(0xFFF6C8));
        }
    }

    private static void FlowerLamp(Canvas canvas, Vector2 at, float size)
    {
        canvas.Glow(at + new Vector2(0, size * 0.4f), size * 4.6f, Rgb(0xFF6A2C, 0.5f));
        canvas.Fill(Shape.Ellipse(at + new Vector2(0, size * 0.95f), size * 0.9f, size * 0.5f), Rgb(0xFFA060, 0.5f), size * 0.22f);
        foreach (var (angle, reach, tone) in new[] { (0f, 1f, 0f), (-0.5f, 1.05f, 0.1f), (0.5f, 1.05f, 0.1f), (-1f, 1.15f, 0.35f), (1f, 1.15f, 0.35f), (-0.25f, 0.8f, 0.6f), (0.25f, 0.8f, 0.6f), (-0.75f, 0.85f, 0.8f), (0.75f, 0.85f, 0.8f) })
        {
            var tip = at + Shape.Turn(new(0, -size * reach), angle);
            var side = Shape.Turn(new(size * 0.30f, -size * reach * 0.55f), angle);
            var other = Shape.Turn(new(-size * 0.30f, -size * reach * 0.55f), angle);
            var petal = Shape.Of([.. Shape.Smooth([at + new Vector2(0, size * 0.25f), at + other, tip, at + side, at + new Vector2(0, size * 0.25f)])]);
            canvas.Fill(petal, new Ramp((0, Mix(Rgb(0xD8456A), Rgb(0xF57A7A), tone)), (0.6f, Rgb(0xFF9E78)), (1, Rgb(0xFFE3A2))).Down(at.Y - size * 1.1f, at.Y + size * 0.3f));
        }
    }

    private static void Ripples(Canvas canvas, Random dice)
    {
        for (var i = 0; i < 220; i++)
        {
            var near = dice.NextSingle();
            var at = new Vector2(dice.Next(-40, 1540), Shore + 8 + near * 290);
            canvas.Fill(Shape.Ellipse(at, (12 + 70 * near) * dice.NextSingle(), 0.7f + 1.4f * near), i % 3 == 0 ? Rgb(0xFFB072, 0.22f) : Rgb(0x0A0F30, 0.3f));
        }
    }
}
