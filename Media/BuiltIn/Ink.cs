using System.Numerics;

namespace Postcard.Media.BuiltIn;

/// <summary>The paint at a point of the canvas (pixels): red, green, blue, alpha from 0 to 1, not premultiplied.</summary>
internal delegate Vector4 Ink(float x, float y);

/// <summary>A colour scale from 0 to 1, looked up in a table because it is asked for every pixel.</summary>
internal sealed class Ramp
{
    private readonly Vector4[] _table = new Vector4[1024];

    public Ramp(params ReadOnlySpan<(float At, Vector4 Color)> stops)
    {
        var next = 1;
        for (var i = 0; i < _table.Length; i++)
        {
            var at = i / (_table.Length - 1f);
            while (next < stops.Length - 1 && at > stops[next].At)
            {
                next++;
            }

            var (from, to) = (stops[next - 1], stops[next]);
            _table[i] = Vector4.Lerp(from.Color, to.Color, Math.Clamp((at - from.At) / (to.At - from.At), 0, 1));
        }
    }

    public Vector4 this[float at] => _table[(int)(Math.Clamp(at, 0, 1) * (_table.Length - 1) + 0.5f)];

    /// <summary>The scale laid from top to bottom between two heights.</summary>
    public Ink Down(float top, float bottom) => (_, y) => this[(y - top) / (bottom - top)];

    /// <summary>The scale laid from a centre outwards.</summary>
    public Ink Around(Vector2 center, float radius) => (x, y) => this[Vector2.Distance(center, new(x, y)) / radius];
}

/// <summary>Colours and the noise that keeps painted surfaces from looking like plastic.</summary>
internal static class Pigment
{
    private static ReadOnlySpan<float> SlopesX => [1, 1, -1, -1, 1.4f, -1.4f, 0, 0];

    private static ReadOnlySpan<float> SlopesY => [1, -1, 1, -1, 0, 0, 1.4f, -1.4f];

    public static Vector4 Rgb(uint hex, float alpha = 1) =>
        new((hex >> 16 & 255) / 255f, (hex >> 8 & 255) / 255f, (hex & 255) / 255f, alpha);

    public static Vector4 Fade(this Vector4 color, float alpha) => color with { W = color.W * alpha };

    public static Vector4 Mix(Vector4 a, Vector4 b, float t) => Vector4.Lerp(a, b, Math.Clamp(t, 0, 1));

    public static float Step(float from, float to, float value)
    {
        var t = Math.Clamp((value - from) / (to - from), 0, 1);
        return t * t * (3 - 2 * t);
    }

    /// <summary>Layered gradient noise, about -1 to 1, one feature per unit.</summary>
    public static float Noise(float x, float y, int octaves = 4)
    {
        float sum = 0, weight = 0.6f;
        for (var i = 0; i < octaves; i++, weight *= 0.5f, x = x * 2.03f + 17.3f, y = y * 2.03f + 9.1f)
        {
            sum += weight * Gradient(x, y);
        }

        return sum * 1.6f;
    }

    /// <summary>An even value from 0 to 1 for a lattice point.</summary>
    public static float Hash(int x, int y) => (Scramble(x, y) >> 8) / 16777216f;

    private static float Gradient(float x, float y)
    {
        var (fx, fy) = (MathF.Floor(x), MathF.Floor(y));
        var (ix, iy, dx, dy) = ((int)fx, (int)fy, x - fx, y - fy);
        var (u, v) = (dx * dx * (3 - 2 * dx), dy * dy * (3 - 2 * dy));
        var top = Corner(ix, iy, dx, dy) * (1 - u) + Corner(ix + 1, iy, dx - 1, dy) * u;
        var bottom = Corner(ix, iy + 1, dx, dy - 1) * (1 - u) + Corner(ix + 1, iy + 1, dx - 1, dy - 1) * u;
        return top * (1 - v) + bottom * v;
    }

    private static float Corner(int x, int y, float dx, float dy)
    {
        var slope = (int)(Scramble(x, y) >> 13 & 7);
        return SlopesX[slope] * dx + SlopesY[slope] * dy;
    }

    private static uint Scramble(int x, int y)
    {
        var h = (uint)x * 0x9E3779B1u ^ (uint)y * 0x85EBCA77u;
        h = (h ^ h >> 15) * 0x2C1B3C6Du;
        h = (h ^ h >> 12) * 0x297A2D39u;
        return h ^ h >> 15;
    }
}
