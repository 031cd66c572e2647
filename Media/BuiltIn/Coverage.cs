using System.Numerics;

namespace Postcard.Media.BuiltIn;

/// <summary>How much of each pixel in a rectangle a shape covers: exact areas, by summing signed edges along each row.</summary>
internal sealed class Coverage
{
    private readonly float[] _cells;
    private readonly int _stride;

    private Coverage(int left, int top, int width, int height)
    {
        (Left, Top, Width, Height, _stride) = (left, top, width, height, width + 2);
        _cells = new float[_stride * height];
    }

    public int Left { get; }

    public int Top { get; }

    public int Width { get; }

    public int Height { get; }

    /// <param name="blur">Softness in pixels, a standard deviation.</param>
    public static Coverage Of(Shape shape, float blur, int canvasWidth, int canvasHeight)
    {
        var (min, max) = (new Vector2(float.MaxValue), new Vector2(float.MinValue));
        foreach (var point in shape.Outlines.SelectMany(o => o))
        {
            (min, max) = (Vector2.Min(min, point), Vector2.Max(max, point));
        }

        // Blurred shapes are kept past the canvas' edge, or they would darken along it.
        var margin = (int)MathF.Ceiling(blur * 3);
        var left = (int)Math.Max(MathF.Floor(min.X) - margin, -margin);
        var top = (int)Math.Max(MathF.Floor(min.Y) - margin, -margin);
        var right = (int)Math.Min(MathF.Ceiling(max.X) + margin, canvasWidth + margin);
        var bottom = (int)Math.Min(MathF.Ceiling(max.Y) + margin, canvasHeight + margin);
        var coverage = new Coverage(left, top, Math.Max(right - left, 0), Math.Max(bottom - top, 0));
        coverage.Draw(shape);
        coverage.Blur(blur);
        return coverage;
    }

    public ReadOnlySpan<float> Row(int y) => _cells.AsSpan((y - Top) * _stride, Width);

    private void Draw(Shape shape)
    {
        var origin = new Vector2(Left, Top);
        foreach (var outline in shape.Outlines)
        {
            for (var i = 0; i < outline.Length; i++)
            {
                Edge(outline[i] - origin, outline[(i + 1) % outline.Length] - origin);
            }
        }

        for (var y = 0; y < Height; y++)
        {
            var sum = 0f;
            foreach (ref var cell in _cells.AsSpan(y * _stride, _stride))
            {
                sum += cell;
                cell = Math.Min(MathF.Abs(sum), 1);
            }
        }
    }

    private void Edge(Vector2 from, Vector2 to)
    {
        var sign = 1f;
        if (from.Y > to.Y)
        {
            (from, to, sign) = (to, from, -1);
        }

        var slope = (to.X - from.X) / Math.Max(to.Y - from.Y, 1e-9f);
        var last = Math.Min(Height, (int)MathF.Ceiling(to.Y));
        for (var y = Math.Max(0, (int)from.Y); y < last; y++)
        {
            var (top, bottom) = (Math.Max(y, from.Y), Math.Min(y + 1, to.Y));
            var a = Math.Clamp(from.X + (top - from.Y) * slope, 0, Width);
            var b = Math.Clamp(from.X + (bottom - from.Y) * slope, 0, Width);
            Spread(_cells.AsSpan(y * _stride, _stride), Math.Min(a, b), Math.Max(a, b), (bottom - top) * sign);
        }
    }

    /// <summary>Adds an edge piece that crosses one row between two columns: each pixel gets the change of covered area it causes.</summary>
    private static void Spread(Span<float> row, float from, float to, float height)
    {
        var first = (int)from;
        if (to <= first + 1)
        {
            var right = height * ((from + to) / 2 - first);
            row[first] += height - right;
            row[first + 1] += right;
            return;
        }

        var (done, perPixel) = (0f, height / (to - from));
        for (var x = first; x < to; x++)
        {
            var area = perPixel * (Behind(x + 1) - Behind(x));
            row[x] += area - done;
            done = area;
        }

        row[(int)MathF.Ceiling(to)] += height - done;

        float Behind(float x) => x <= from ? 0 : ((x - from) * (x - from) - (x > to ? (x - to) * (x - to) : 0)) / 2;
    }

    private void Blur(float deviation)
    {
        if (deviation < 0.5f || Width == 0)
        {
            return;
        }

        // Three box blurs are a Gaussian to the eye.
        var radius = Math.Max(1, (int)MathF.Round(deviation));
        var line = new float[Math.Max(Width, Height)];
        for (var pass = 0; pass < 3; pass++)
        {
            for (var y = 0; y < Height; y++)
            {
                Box(line, y * _stride, 1, Width, radius);
            }

            for (var x = 0; x < Width; x++)
            {
                Box(line, x, _stride, Height, radius);
            }
        }
    }

    private void Box(float[] line, int start, int step, int count, int radius)
    {
        for (var i = 0; i < count; i++)
        {
            line[i] = _cells[start + i * step];
        }

        var (sum, scale) = (0f, 1f / (2 * radius + 1));
        for (var i = 0; i < Math.Min(radius, count); i++)
        {
            sum += line[i];
        }

        for (var i = 0; i < count; i++)
        {
            sum += i + radius < count ? line[i + radius] : 0;
            sum -= i - radius > 0 ? line[i - radius - 1] : 0;
            _cells[start + i * step] = sum * scale;
        }
    }
}
