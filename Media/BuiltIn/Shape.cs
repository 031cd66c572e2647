using System.Numerics;

namespace Postcard.Media.BuiltIn;

/// <summary>Closed outlines in pixels; where they overlap the same way round they count once, the other way round they cut a hole.</summary>
internal sealed class Shape
{
    private readonly List<Vector2[]> _outlines = [];

    public IReadOnlyList<Vector2[]> Outlines => _outlines;

    public static Shape Of(params Vector2[] points) => new Shape().Add(points);

    public static Shape Box(float left, float top, float right, float bottom) =>
        Of(new(left, top), new(right, top), new(right, bottom), new(left, bottom));

    public static Shape Ellipse(Vector2 center, float rx, float ry, float turn = 0) =>
        Blob(center, turn, angle => new(rx * MathF.Cos(angle), ry * MathF.Sin(angle)), Math.Clamp((int)(rx + ry), 16, 240));

    public static Shape Circle(Vector2 center, float radius) => Ellipse(center, radius, radius);

    /// <summary>A closed curve around a centre, turned by radians.</summary>
    public static Shape Blob(Vector2 center, float turn, Func<float, Vector2> at, int steps = 120)
    {
        var points = new Vector2[steps];
        for (var i = 0; i < steps; i++)
        {
            points[i] = center + Turn(at(i * MathF.Tau / steps), turn);
        }

        return Of(points);
    }

    /// <summary>Everything under a line of heights, down to <paramref name="bottom"/>.</summary>
    public static Shape Under(Func<float, float> height, float left, float right, float bottom)
    {
        var points = new List<Vector2>();
        for (var x = left; x < right; x += 2)
        {
            points.Add(new(x, height(x)));
        }

        return Of([.. points, new(right, height(right)), new(right, bottom), new(left, bottom)]);
    }

    /// <summary>A stroke through points, smoothed, with a width that depends on the way gone (0 to 1).</summary>
    public static Shape Stroke(ReadOnlySpan<Vector2> through, Func<float, float> width)
    {
        var line = Smooth(through);
        var outline = new Vector2[line.Count * 2];
        for (var i = 0; i < line.Count; i++)
        {
            var along = line[Math.Min(i + 1, line.Count - 1)] - line[Math.Max(i - 1, 0)];
            var half = Vector2.Normalize(new Vector2(-along.Y, along.X) + new Vector2(1e-6f)) * width(i / (line.Count - 1f)) / 2;
            outline[i] = line[i] + half;
            outline[^(i + 1)] = line[i] - half;
        }

        return Of(outline);
    }

    public static Shape Line(Vector2 from, Vector2 to, float width) => Stroke([from, to], _ => width);

    /// <summary>The points of a Catmull-Rom curve through the given ones.</summary>
    public static List<Vector2> Smooth(ReadOnlySpan<Vector2> through)
    {
        var line = new List<Vector2>();
        for (var i = 0; i < through.Length - 1; i++)
        {
            var (a, b, c, d) = (through[Math.Max(i - 1, 0)], through[i], through[i + 1], through[Math.Min(i + 2, through.Length - 1)]);
            var steps = through.Length == 2 ? 1 : Math.Clamp((int)(Vector2.Distance(b, c) / 4), 2, 60);
            for (var s = 0; s < steps; s++)
            {
                var t = s / (float)steps;
                line.Add(0.5f * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t));
            }
        }

        line.Add(through[^1]);
        return line;
    }

    public static Vector2 Turn(Vector2 point, float radians) =>
        new(point.X * MathF.Cos(radians) - point.Y * MathF.Sin(radians), point.X * MathF.Sin(radians) + point.Y * MathF.Cos(radians));

    public static Vector2 Polar(float radians, float length) => new(MathF.Cos(radians) * length, MathF.Sin(radians) * length);

    public Shape Add(params Vector2[] outline)
    {
        _outlines.Add(outline);
        return this;
    }

    public Shape Add(Shape other)
    {
        _outlines.AddRange(other._outlines);
        return this;
    }

    public Shape Map(Func<Vector2, Vector2> move)
    {
        var moved = new Shape();
        foreach (var outline in _outlines)
        {
            moved.Add(Array.ConvertAll(outline, p => move(p)));
        }

        return moved;
    }
}
