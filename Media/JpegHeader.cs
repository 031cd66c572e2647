namespace Postcard.Media;

/// <summary>ITU T.81: segments up to the first scan, which tells whether the decoder must hold all coefficients.</summary>
internal static class JpegHeader
{
    /// <summary>A 200-megapixel phone sensor fits; one pass of rows is all that a baseline file needs.</summary>
    private const long MaxPixels = 210_000_000;

    /// <summary>Every scan runs over the whole picture again: 64 megapixels take about a second each.</summary>
    private const long MaxMultiScanPixels = 64_000_000;

    /// <summary>
    /// Encoders make about ten. libjpeg takes all of them in before the first row, and so before clock or client can stop it: 8,000
    /// nearly empty ones, in less than 1 MB, hold a worker for 45 s.
    /// </summary>
    private const int MaxScans = 100;

    private const int MaxSegments = 4096;

    public static ReadOnlySpan<byte> Signature => [0xFF, 0xD8, 0xFF];

    /// <summary>
    /// libjpeg decodes at 1/2, 1/4 or 1/8 for half the work; what is left is at least as large as wanted. Measured against
    /// shrinking the full picture: 47 dB alike, when encoding alone leaves 35 dB.
    /// </summary>
    public static int ShrinkOnLoad(int width, int height)
    {
        var shrink = 1;
        while (shrink < 8 && Math.Max(width, height) / (shrink * 2) >= PictureJob.LargeSide)
        {
            shrink *= 2;
        }

        return shrink;
    }

    public static PictureHeader Read(HeaderReader reader)
    {
        reader.Position = 2;
        Frame? frame = null;
        for (var segment = 0; segment < MaxSegments; segment++)
        {
            var marker = NextMarker(reader) ?? throw new MediaException(MediaFault.Damaged);
            if (marker is 0x01 or (>= 0xD0 and <= 0xD7))
            {
                continue;
            }

            if (marker is 0xD8 or 0xD9)
            {
                throw new MediaException(MediaFault.Damaged);
            }

            var next = reader.Position + Math.Max((int)reader.BigUInt16(), 2);
            if (IsFrame(marker))
            {
                frame ??= Frame.Read(reader, marker);
            }
            else if (marker == 0xDA)
            {
                var multiScan = (frame ?? throw new MediaException(MediaFault.Damaged)).Progressive || reader.Byte() < frame.Components;
                if (multiScan)
                {
                    reader.Position = next;
                    CountScans(reader);
                }

                return Judge(frame, multiScan);
            }

            reader.Position = next;
        }

        throw new MediaException(MediaFault.Damaged);
    }

    /// <summary>As libjpeg does it: whatever stands before the next 0xFF is passed over, and so are fill bytes. Null at the end of the file.</summary>
    private static byte? NextMarker(HeaderReader reader)
    {
        while (reader.SkipTo(0xFF))
        {
            reader.Position++;
            if (reader.Peek(1) is not [var marker])
            {
                return null;
            }

            if (marker is 0xFF)
            {
                continue;
            }

            reader.Position++;
            if (marker is not 0)
            {
                return marker;
            }
        }

        return null;
    }

    /// <summary>Goes from behind the first scan's header to the end of the picture, over the segments as libjpeg does.</summary>
    private static void CountScans(HeaderReader reader)
    {
        var scans = 1;
        while (NextMarker(reader) is { } marker and not 0xD9)
        {
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            if (marker is 0xDA && ++scans > MaxScans)
            {
                throw new MediaException(MediaFault.TooSlow);
            }

            // What is cut off here is for libjpeg to judge.
            if (reader.Position + 2 > reader.Length)
            {
                return;
            }

            var next = reader.Position + Math.Max((int)reader.BigUInt16(), 2);
            reader.Position = Math.Min(next, reader.Length);
        }
    }

    /// <summary>SOF0 to SOF15 without DHT, JPG and DAC, which stand between them.</summary>
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    /// <summary>With several scans all coefficients stay, 16 bits for each sample.</summary>
    private static PictureHeader Judge(Frame frame, bool multiScan)
    {
        var shrink = ShrinkOnLoad(frame.Width, frame.Height);
        return multiScan
            ? PictureHeader.Whole(PictureKind.Jpeg, frame.Width, frame.Height, MaxMultiScanPixels, frame.SamplesPerPixel * sizeof(short))
            : PictureHeader.Rows(PictureKind.Jpeg, frame.Width, frame.Height, MaxPixels, frame.Components, shrink);
    }

    /// <param name="SamplesPerPixel">Over all components: 1.5 at 4:2:0, 3 at 4:4:4, 4 for CMYK.</param>
    private sealed record Frame(bool Progressive, int Width, int Height, int Components, double SamplesPerPixel)
    {
        /// <summary>Baseline, extended and progressive with Huffman or arithmetic coding at 8 bits are what the codec takes.</summary>
        public static Frame Read(HeaderReader reader, byte marker)
        {
            var precision = reader.Byte();
            if (marker is not (0xC0 or 0xC1 or 0xC2 or 0xC9 or 0xCA) || precision != 8)
            {
                throw new MediaException(MediaFault.Unsupported);
            }

            int height = reader.BigUInt16(), width = reader.BigUInt16(), components = reader.Byte();
            int samples = 0, widest = 1, highest = 1;
            for (var i = 0; i < components; i++)
            {
                reader.Byte();
                var factors = reader.Byte();
                reader.Byte();
                int across = factors >> 4, down = factors & 15;
                samples += across * down;
                widest = Math.Max(widest, across);
                highest = Math.Max(highest, down);
            }

            return new Frame(marker is 0xC2 or 0xCA, width, height, components, (double)samples / (widest * highest));
        }
    }
}
