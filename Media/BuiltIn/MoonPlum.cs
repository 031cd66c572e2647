using System.Numerics;
using static Postcard.Media.BuiltIn.Pigment;

namespace Postcard.Media.BuiltIn;

/// <summary>A plum branch in flower before a great moon.</summary>
internal static class MoonPlum
{
    private static readonly Vector2 Moon = new(985, 400);

    public static Canvas Paint()
    {
        var canvas = new Canvas();
        var dice = new Random(5);
        Sky(canvas, dice);
        var twigs = new List<(Vector2 At, float Size)>();
        Branch(canvas, dice, twigs, [new(-40, 905), new(150, 800), new(330, 770), new(520, 640), new(700, 585), new(900, 430), new(1075, 372), new(1235, 250)], 46);
        Branch(canvas, dice, twigs, [new(330, 770), new(400, 660), new(420, 540), new(505, 430), new(520, 330)], 20);
        Branch(canvas, dice, twigs, [new(700, 585), new(830, 600), new(930, 570), new(1060, 600), new(1160, 580)], 17);
        Branch(canvas, dice, twigs, [new(900, 430), new(915, 330), new(990, 255), new(1000, 170)], 13);
        Branch(canvas, dice, twigs, [new(150, 800), new(180, 690), new(150, 600), new(190, 500)], 15);
        foreach (var (at, size) in twigs)
        {
            Bloom(canvas, dice, at, size);
        }

        for (var i = 0; i < 26; i++)
        {
            var at = new Vector2(dice.Next(200, 1500), dice.Next(420, 1000));
            var near = dice.NextSingle();
            var (lean, thin) = (dice.NextSingle() * MathF.PI, 0.45f + 0.5f * dice.NextSingle());
            Petal(canvas, p => at + Shape.Turn(p * new Vector2(1, thin), lean), default, 7 + 14 * near * near, 0, near, near > 0.85f ? 3 : 0);
        }

        canvas.Print(0.2f);
        return canvas;
    }

    private static void Sky(Canvas canvas, Random dice)
    {
        var night = new Ramp((0, Rgb(0x0E1C3A)), (0.45f, Rgb(0x1F3B60)), (0.8f, Rgb(0x3F6688)), (1, Rgb(0x6E94A8)));
        canvas.Wash((x, y) => night[y / 1000 + 0.06f * Noise(x / 500, y / 160)]);
        canvas.Glow(Moon, 760, Rgb(0x9FB6C4, 0.55f));
        canvas.Glow(Moon, 430, Rgb(0xF7E9C4, 0.6f));
        for (var i = 0; i < 90; i++)
        {
            canvas.Fill(Shape.Circle(new(dice.Next(1500), dice.Next(500)), 0.7f + dice.NextSingle()), Rgb(0xE8EEF5, 0.15f + 0.5f * dice.NextSingle()));
        }

        canvas.Fill(Shape.Circle(Moon, 262), (x, y) =>
        {
            var seas = Step(-0.05f, 0.5f, Noise(x / 150 + 3.4f, y / 150 + 8.1f));
            var edge = Vector2.Distance(Moon, new(x, y)) / 262;
            return Mix(Mix(Rgb(0xFFFAEA), Rgb(0xE6D8B2), seas * 0.75f), Rgb(0xE9D9B0), edge * edge * edge * 0.5f);
        }, 1);
        float Hills(float x, float y, float seed) => y - 60 * Noise(x / 260 + seed, seed, 4);
        canvas.Fill(Shape.Under(x => Hills(x, 800, 4), 0, 1500, 1000), new Ramp((0, Rgb(0x31587C, 0.85f)), (1, Rgb(0x7FA5B8, 0))).Down(730, 900));
        canvas.Fill(Shape.Under(x => Hills(x, 880, 9), 0, 1500, 1000), new Ramp((0, Rgb(0x1D4166, 0.9f)), (1, Rgb(0x7FA5B8, 0.1f))).Down(820, 990));
        for (var i = 0; i < 7; i++)
        {
            canvas.Fill(Shape.Ellipse(new(dice.Next(0, 1500), dice.Next(840, 980)), dice.Next(250, 500), dice.Next(14, 34)), Rgb(0xC5D2D6, 0.2f), 26);
        }
    }

    /// <summary>Paints a branch with knots and moss light, grows twigs on it and notes where blossoms may sit.</summary>
    private static void Branch(Canvas canvas, Random dice, List<(Vector2 At, float Size)> blossoms, Vector2[] through, float thick)
    {
        var seed = dice.Next(100);
        float Width(float t) => thick * MathF.Pow(1 - 0.93f * t, 0.9f) * (1 + 0.28f * Noise(t * 14 + seed, seed, 3)) + 1.5f;
        var line = Shape.Smooth(through);
        Twigs(canvas, dice, blossoms, line, thick);
        canvas.Fill(Shape.Stroke(through, Width), (x, y) => Mix(Rgb(0x1B1418), Rgb(0x4A3532), 0.5f + 0.7f * Noise(x / 26, y / 9, 3)));
        canvas.Fill(
            Shape.Stroke(through, t => Width(t) * 0.34f).Map(p => p + new Vector2(thick * 0.05f, -thick * 0.20f)),
            (x, y) => Rgb(0xB9A08C, 0.55f * Step(-0.1f, 0.5f, Noise(x / 22, y / 8, 3))), 1);
        for (var i = 0.2f; i < 1; i += 0.035f)
        {
            var at = line[(int)(i * (line.Count - 1))];
            if (dice.NextSingle() < 0.22f + 0.3f * i)
            {
                blossoms.Add((at + new Vector2(dice.Next(-18, 19), dice.Next(-20, 14)), 15 + dice.NextSingle() * 16));
            }
        }
    }

    private static void Twigs(Canvas canvas, Random dice, List<(Vector2 At, float Size)> blossoms, List<Vector2> line, float thick)
    {
        var side = 1;
        for (var i = line.Count / 6; i < line.Count - 2; i += Math.Max(6, line.Count / 9), side = -side)
        {
            var ahead = Vector2.Normalize(line[i + 2] - line[i]);
            var length = 60 + dice.NextSingle() * 110;
            var tip = line[i] + Shape.Turn(ahead, side * (0.5f + 0.5f * dice.NextSingle())) * length;
            var middle = (line[i] + tip) / 2 + Shape.Turn(ahead, -side) * length * 0.12f;
            canvas.Fill(Shape.Stroke([line[i], middle, tip], t => 1.6f + Math.Min(thick * 0.25f, 6) * (1 - t)), Rgb(0x33262A));
            for (var t = 0.35f; t <= 1; t += 0.3f)
            {
                var at = Vector2.Lerp(middle, tip, t) + new Vector2(dice.Next(-7, 8), dice.Next(-7, 8));
                blossoms.Add((at, dice.NextSingle() < 0.55f ? 5.5f : 11 + dice.NextSingle() * 11));
            }
        }
    }

    /// <summary>Five petals and stamens, seen more or less from the side, in a pink of its own.</summary>
    private static void Bloom(Canvas canvas, Random dice, Vector2 at, float size)
    {
        var (turn, tilt, lean, depth) = (dice.NextSingle() * MathF.Tau, 0.62f + 0.38f * dice.NextSingle(), dice.NextSingle() * MathF.PI, dice.NextSingle());
        if (size < 8)
        {
            canvas.Fill(Shape.Circle(at, size), new Ramp((0, Rgb(0xF7A9B4)), (1, Rgb(0xA8284A))).Around(at - new Vector2(2, 2), size * 1.4f));
            return;
        }

        Vector2 Seen(Vector2 offset) => at + Shape.Turn(Shape.Turn(offset, -lean) * new Vector2(1, tilt), lean);
        for (var i = 0; i < 5; i++)
        {
            var angle = turn + i * MathF.Tau / 5;
            Petal(canvas, Seen, Shape.Polar(angle, size * 0.56f), size * 0.62f, angle, 0.45f * depth);
        }

        canvas.Fill(Shape.Circle(at, size * 0.34f), Rgb(0x9A1B3E, 0.6f), size * 0.14f);
        for (var i = 0; i < 12; i++)
        {
            var end = Seen(Shape.Polar(turn + i * 0.5236f, size * (0.40f + 0.24f * dice.NextSingle())));
            canvas.Fill(Shape.Line(at, end, 1), Rgb(0xFFE6D0, 0.7f));
            canvas.Fill(Shape.Circle(end, 0.9f + size * 0.03f), Rgb(0xFFD98A));
        }
    }

    private static void Petal(Canvas canvas, Func<Vector2, Vector2> seen, Vector2 at, float size, float turn, float depth, float blur = 0)
    {
        var root = at - Shape.Polar(turn, size * 0.95f);
        var tone = new Ramp(
            (0, Rgb(0xB02A55)), (0.42f, Mix(Rgb(0xF0A0B2), Rgb(0xD84C74), depth)), (0.85f, Mix(Rgb(0xFFE6E6), Rgb(0xF393A8), depth)), (1, Mix(Rgb(0xFFF8F5), Rgb(0xFFC3CB), depth)));
        var petal = Shape.Blob(at, turn, a => new Vector2(MathF.Cos(a), MathF.Sin(a) * (0.92f + 0.12f * MathF.Cos(a))) * size * (1 - 0.06f * MathF.Exp(-8 * a * a)), 28);
        canvas.Fill(petal.Map(seen), tone.Around(seen(root), size * 2.05f), blur);
    }
}
