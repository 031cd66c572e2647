using System.Numerics;
using NetVips;

namespace Postcard.Media.BuiltIn;

/// <summary>How paint meets what is there: covers it, adds light to it, or stains it.</summary>
internal enum Blend
{
    Over,
    Light,
    Stain,
}

/// <summary>A sheet of 1500 × 1000 pixels that shapes are painted on, from back to front.</summary>
internal sealed class Canvas
{
    public const int Width = 1500;
    public const int Height = 1000;

    private readonly Vector4[] _pixels = new Vector4[Width * Height];

    /// <summary>A value for each column, for inks that would otherwise work it out at every pixel.</summary>
    public static float[] Columns(Func<float, float> value) => [.. Enumerable.Range(0, Width).Select(x => value(x))];

    public void Wash(Ink ink, Blend blend = Blend.Over)
    {
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                Put(ref _pixels[y * Width + x], ink(x, y), 1, blend);
            }
        }
    }

    public void Fill(Shape shape, Vector4 color, float blur = 0, Blend blend = Blend.Over) => Fill(shape, (_, _) => color, blur, blend);

    /// <param name="blur">Softness of the outline in pixels, a standard deviation.</param>
    public void Fill(Shape shape, Ink ink, float blur = 0, Blend blend = Blend.Over)
    {
        var coverage = Coverage.Of(shape, blur, Width, Height);
        var (left, right) = (Math.Max(coverage.Left, 0), Math.Min(coverage.Left + coverage.Width, Width));
        for (var y = Math.Max(coverage.Top, 0); y < Math.Min(coverage.Top + coverage.Height, Height); y++)
        {
            var row = coverage.Row(y);
            for (var x = left; x < right; x++)
            {
                if (row[x - coverage.Left] is > 0.002f and var covered)
                {
                    Put(ref _pixels[y * Width + x], ink(x, y), covered, blend);
                }
            }
        }
    }

    /// <summary>Light from a point that falls off softly to nothing at the radius.</summary>
    public void Glow(Vector2 center, float radius, Vector4 color)
    {
        for (var y = (int)Math.Max(center.Y - radius, 0); y < Math.Min(center.Y + radius, Height); y++)
        {
            for (var x = (int)Math.Max(center.X - radius, 0); x < Math.Min(center.X + radius, Width); x++)
            {
                var near = 1 - Vector2.DistanceSquared(center, new(x, y)) / (radius * radius);
                if (near > 0)
                {
                    Put(ref _pixels[y * Width + x], color, near * near * near, Blend.Light);
                }
            }
        }
    }

    /// <summary>Mirrors what stands above the water line into the water, drawn out and broken by ripples.</summary>
    /// <param name="tint">The water's own colour; its alpha says how much of the mirror image it hides.</param>
    public void Reflect(int line, float stretch, float ripple, Ink tint)
    {
        for (var y = line; y < Height; y++)
        {
            var near = (y - line) / (float)(Height - line);
            for (var x = 0; x < Width; x++)
            {
                var wave = Pigment.Noise(x / (90 + 260 * near), (y - line) / (2.5f + 16 * near), 2);
                var fromX = Math.Clamp((int)(x + wave * ripple * (0.3f + near)), 0, Width - 1);
                var fromY = Math.Clamp((int)(line - 1 - (y - line) * stretch - wave * ripple * (0.3f + 2 * near)), 0, line - 1);
                ref var pixel = ref _pixels[y * Width + x];
                pixel = _pixels[fromY * Width + fromX];
                Put(ref pixel, tint(x, y), 1, Blend.Over);
            }
        }
    }

    /// <summary>What every printed picture gets last: darker corners and the grain of paper, which also hides steps in soft gradients.</summary>
    public void Print(float vignette = 0.14f, float grain = 0.022f)
    {
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var (dx, dy) = (x / (float)Width - 0.5f, y / (float)Height - 0.5f);
                var corner = 1 - vignette * Pigment.Step(0.12f, 0.55f, dx * dx + dy * dy);
                var speck = Pigment.Hash(x, y) + Pigment.Hash(x / 2 + 5000, y / 2) - 1;
                _pixels[y * Width + x] = _pixels[y * Width + x] * corner + new Vector4(speck * grain);
            }
        }
    }

    /// <summary>Writes a JPEG file.</summary>
    public void Save(string path)
    {
        var bytes = new byte[Width * Height * 3];
        for (var i = 0; i < _pixels.Length; i++)
        {
            var color = Vector4.Clamp(_pixels[i], Vector4.Zero, Vector4.One) * 255 + new Vector4(0.5f);
            (bytes[i * 3], bytes[i * 3 + 1], bytes[i * 3 + 2]) = ((byte)color.X, (byte)color.Y, (byte)color.Z);
        }

        Vips.Use();
        using var image = Image.NewFromMemory(bytes, Width, Height, 3, Enums.BandFormat.Uchar);
        image.Jpegsave(path, q: 95);
    }

    private static void Put(ref Vector4 pixel, Vector4 paint, float covered, Blend blend) =>
        pixel = Vector4.Lerp(
            pixel,
            blend switch
            {
                Blend.Light => Vector4.One - (Vector4.One - pixel) * (Vector4.One - paint),
                Blend.Stain => pixel * paint,
                _ => paint,
            },
            covered * paint.W);
}
