using System.Numerics;
using static Postcard.Media.BuiltIn.Pigment;

namespace Postcard.Media.BuiltIn;

/// <summary>A junk under sail on a sea that the setting sun has lit.</summary>
internal static class SunsetSea
{
    private const int Horizon = 610;

    private static readonly Vector2 Sun = new(930, 545);

    public static Canvas Paint()
    {
        var canvas = new Canvas();
        var dice = new Random(21);
        Sky(canvas);
        Islands(canvas);
        canvas.Reflect(Horizon, 0.9f, 14, (x, y) => Mix(Rgb(0xC76A5A, 0.12f), Rgb(0x1B2A56, 0.72f), Step(Horizon, 1000, y)));
        Glitter(canvas, dice);
        Junk(canvas, new(505, 668), 1);
        Junk(canvas, new(1218, 619), 0.24f);
        Gulls(canvas);
        canvas.Print(0.2f);
        return canvas;
    }

    private static void Sky(Canvas canvas)
    {
        var dusk = new Ramp(
            (0, Rgb(0x2A2C63)), (0.25f, Rgb(0x5D3F7B)), (0.5f, Rgb(0xB2597F)), (0.7f, Rgb(0xF08A6C)), (0.88f, Rgb(0xFFBE73)), (1, Rgb(0xFFDC95)));
        canvas.Wash((x, y) => dusk[y / Horizon - 0.10f * Math.Abs(x - Sun.X) / 1000]);
        canvas.Glow(Sun, 620, Rgb(0xFFB35E, 0.55f));
        canvas.Glow(Sun, 240, Rgb(0xFFE9B0, 0.75f));
        canvas.Fill(Shape.Box(0, 0, 1500, Horizon), (x, y) =>
        {
            var high = 1 - y / Horizon;
            var warp = 0.5f * Noise(x / 340, y / 130, 2);
            var cloud = Noise(x / (220 + 260 * high) + warp, y / (30 + 75 * high) + warp, 5);
            var below = Noise(x / (220 + 260 * high) + warp, (y + 16) / (30 + 75 * high) + warp, 5);
            var amount = Step(0.02f, 0.55f, cloud) * Step(0, 0.12f, high) * Step(1.1f, 0.35f, high) * 0.85f;
            var lit = Math.Clamp(0.55f + (cloud - below) * 2.2f - high * 0.35f - Vector2.Distance(Sun, new(x, y)) / 1900, 0, 1);
            return Mix(Rgb(0x5B3A73), Mix(Rgb(0xF4707A), Rgb(0xFFC98A), lit), lit) with { W = amount };
        });
        canvas.Fill(Shape.Circle(Sun, 56), new Ramp((0, Rgb(0xFFF7DA)), (1, Rgb(0xFFE19A))).Down(Sun.Y - 56, Sun.Y + 56), 0.8f);
        canvas.Glow(Sun, 150, Rgb(0xFFF0C0, 0.6f));
    }

    private static void Islands(Canvas canvas)
    {
        float Ridge(float x, float center, float half, float height, float seed) =>
            Horizon - height * MathF.Pow(Math.Max(0, 1 - MathF.Pow((x - center) / half, 2)), 1.4f) * (1 + 0.45f * Noise(x / 120, seed, 3));
        foreach (var (center, half, height, color) in new[] { (1290f, 420f, 80f, 0xC9646Cu), (120f, 460f, 92f, 0x9B4E72u), (1480f, 260f, 96f, 0x84436Cu) })
        {
            var island = Shape.Under(x => Ridge(x, center, half, height, half), center - half, center + half, Horizon);
            canvas.Fill(island, new Ramp((0, Rgb(color)), (1, Mix(Rgb(color), Rgb(0xFFB37A), 0.55f))).Down(Horizon - height, Horizon));
        }

        canvas.Fill(Shape.Box(-200, Horizon - 14, 1700, Horizon), Rgb(0xFFD59A, 0.45f), 8);
    }

    /// <summary>The sun's path: dashes of light, larger and further apart towards the eye.</summary>
    private static void Glitter(Canvas canvas, Random dice)
    {
        for (var i = 0; i < 1500; i++)
        {
            var near = MathF.Pow(dice.NextSingle(), 1.5f);
            var spread = (dice.NextSingle() + dice.NextSingle() + dice.NextSingle() - 1.5f) * (70 + 230 * near);
            var at = new Vector2(Sun.X + spread, Horizon + 2 + near * 385);
            var length = (7 + 46 * near) * (0.4f + dice.NextSingle());
            var light = Mix(Rgb(0xFFF3C4), Rgb(0xFF9A5E), Math.Abs(spread) / (60 + 200 * near) + 0.3f * near);
            canvas.Fill(Shape.Ellipse(at, length, 0.7f + 2.6f * near * dice.NextSingle()), light.Fade(0.75f - 0.35f * near));
        }

        for (var i = 0; i < 260; i++)
        {
            var near = dice.NextSingle();
            var at = new Vector2(dice.Next(-50, 1550), Horizon + 20 + near * 370);
            canvas.Fill(Shape.Ellipse(at, (20 + 80 * near) * dice.NextSingle(), 0.8f + 2 * near), Rgb(0x161D4A, 0.30f));
        }
    }

    private static void Junk(Canvas canvas, Vector2 at, float size)
    {
        var (dark, sailLit, sailDark) = (Rgb(0x1E1430), Rgb(0xE06A4C), Rgb(0x6A2747));
        var hull = Shape.Of([.. Shape.Smooth([new(-150, -44), new(-122, -8), new(0, 6), new(110, -6), new(168, -50)]), new(140, 26), new(-118, 26)]);
        var cabin = Shape.Of(new(-118, -6), new(-112, -44), new(-40, -38), new(-36, 4));
        var masts = Shape.Line(new(20, 10), new(26, -372), 6).Add(Shape.Line(new(112, -4), new(124, -240), 4)).Add(Shape.Line(new(-86, -20), new(-92, -190), 4));
        Vector2 Place(Vector2 p) => at + p * size;
        Vector2 Mirror(Vector2 p) => at + new Vector2(p.X + 5 * MathF.Sin(p.Y * 0.16f), 43 - p.Y * 0.75f) * size;
        canvas.Fill(hull.Map(Mirror), dark.Fade(0.75f), 2.4f * size);
        canvas.Fill(masts.Map(Place), dark);
        foreach (var (mast, top, reach, height, panels) in new[] { (-92f, -184f, 58f, 150f, 4), (26f, -356f, 126f, 320f, 7), (132f, -236f, 62f, 196f, 5) })
        {
            var sail = Sail(mast, top, reach, height, panels);
            canvas.Fill(sail.Map(Mirror), Rgb(0x3A1838, 0.5f), 4 * size);
            canvas.Fill(sail.Map(p => Place(p + new Vector2(-5, 2))), Rgb(0x3A1438, 0.5f), 5 * size);
            canvas.Fill(sail.Map(Place), (x, y) =>
                Mix(sailDark, sailLit, ((x - at.X) / size - mast + reach * 0.6f) / (reach * 1.5f) + 0.10f * MathF.Sin(((y - at.Y) / size - top) * panels * MathF.Tau / height)));
            canvas.Fill(Battens(mast, top, reach, height, panels).Map(Place), Rgb(0x2B1233, 0.8f));
        }

        canvas.Fill(hull.Add(cabin).Map(Place), dark);
        canvas.Fill(Shape.Stroke([new(-140, -34), new(-110, -2), new(0, 12), new(110, 1), new(160, -38)], _ => 3).Map(Place), Rgb(0xF08A5A, 0.65f));
    }

    private static Shape Sail(float mast, float top, float reach, float height, int panels)
    {
        var edge = new List<Vector2>();
        for (var i = 0; i <= panels; i++)
        {
            var t = i / (float)panels;
            edge.Add(new(mast + reach * (0.30f + 0.75f * MathF.Sin(0.35f + t * 1.75f)), top + height * t));
            edge.Add(new(mast + reach * (0.24f + 0.75f * MathF.Sin(0.35f + (t + 0.5f / panels) * 1.75f)), top + height * (t + 0.5f / panels)));
        }

        edge.RemoveAt(edge.Count - 1);
        return Shape.Of([new(mast - reach * 0.1f, top - 18), .. edge, new(mast - reach * 0.52f, top + height - 6), new(mast - reach * 0.42f, top + height * 0.35f)]);
    }

    private static Shape Battens(float mast, float top, float reach, float height, int panels)
    {
        var lines = new Shape();
        for (var i = 0; i <= panels; i++)
        {
            var t = i / (float)panels;
            var left = mast - reach * (t < 0.35f ? 0.1f + 0.9f * t : 0.42f + 0.15f * (t - 0.35f));
            lines.Add(Shape.Line(new(left, top + height * t - 8), new(mast + reach * (0.30f + 0.75f * MathF.Sin(0.35f + t * 1.75f)), top + height * t), 2.6f));
        }

        return lines;
    }

    private static void Gulls(Canvas canvas)
    {
        foreach (var (x, y, size) in new[] { (700f, 300f, 1f), (762f, 270f, 0.7f), (640f, 338f, 0.6f), (1130f, 380f, 0.5f) })
        {
            Vector2 At(float dx, float dy) => new(x + dx * size, y + dy * size);
            canvas.Fill(Shape.Stroke([At(-34, -6), At(-18, -13), At(0, 2), At(16, -14), At(36, -10)], t => (1 + 5 * MathF.Sin(t * MathF.PI)) * size), Rgb(0x2E1C45));
        }
    }
}
