namespace Postcard.Media;

/// <summary>
/// ISO 23008-12 (HEIF) as far as it takes to know an AVIF from a HEIC and how large it is: the brands, the primary item's
/// type, every size and every AV1 configuration. AV1 data larger than its size property is refused by libheif before it
/// takes memory (tried: 64 megapixels that claim to be 64 × 64).
/// </summary>
internal static class AvifHeader
{
    private const long MaxPixels = 50_000_000;

    /// <summary>Measured: AV1 frames, their copy, and the steps of colour conversion, which libheif all holds at once.</summary>
    private const double BytesPerPixel = 15;

    /// <summary>Measured with 10 or 12 bits, or full colour resolution: 17 to 23.5.</summary>
    private const double FineBytesPerPixel = 23.5;

    private const int MaxBoxes = 256;

    public static PictureHeader Read(HeaderReader reader)
    {
        RequireAvif(reader);
        var meta = new Meta();
        foreach (var box in Boxes(reader, 0, reader.Length))
        {
            if (box.Type == "meta")
            {
                meta.Read(reader, box);
                break;
            }
        }

        return meta.Judge();
    }

    private static void RequireAvif(HeaderReader reader)
    {
        reader.Position = 0;
        var end = Math.Min(Math.Min(reader.BigUInt32(), 256), reader.Length);
        bool avif = false, heic = false;
        for (reader.Position = 8; reader.Position + 4 <= end;)
        {
            var brand = reader.Take(4);
            avif |= brand.StartsWith("avi"u8);
            heic |= brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8);
        }

        if (!avif)
        {
            throw new MediaException(heic ? MediaFault.Heic : MediaFault.Unsupported);
        }
    }

    /// <summary>The boxes between two offsets; what does not fit its parent is damaged.</summary>
    private static IEnumerable<Box> Boxes(HeaderReader reader, long start, long end)
    {
        for (var count = 0; start + 8 <= end; count++)
        {
            reader.Position = start;
            long size = reader.BigUInt32();
            var type = System.Text.Encoding.Latin1.GetString(reader.Take(4));
            if (size == 1)
            {
                size = (long)Math.Min(reader.BigUInt64(), long.MaxValue);
            }
            else if (size == 0)
            {
                size = end - start;
            }

            if (size < reader.Position - start || size > end - start || count == MaxBoxes)
            {
                throw new MediaException(MediaFault.Damaged);
            }

            yield return new Box(type, reader.Position, start + size);
            start += size;
        }
    }

    private sealed record Box(string Type, long Start, long End);

    /// <summary>What the <c>meta</c> box says about the items.</summary>
    private sealed class Meta
    {
        private readonly Dictionary<uint, string> _types = [];
        private uint _primary;
        private bool _fine;
        private long _width;
        private long _height;

        public void Read(HeaderReader reader, Box meta)
        {
            foreach (var box in Boxes(reader, meta.Start + 4, meta.End))
            {
                reader.Position = box.Start;
                switch (box.Type)
                {
                    case "pitm":
                        _primary = reader.BigUInt32() >> 24 == 0 ? reader.BigUInt16() : reader.BigUInt32();
                        break;
                    case "iinf":
                        ReadTypes(reader, box);
                        break;
                    case "iprp":
                        ReadProperties(reader, box);
                        break;
                }
            }
        }

        public PictureHeader Judge()
        {
            switch (_types.GetValueOrDefault(_primary))
            {
                case "av01" or "grid":
                    return PictureHeader.Whole(PictureKind.Avif, _width, _height, MaxPixels, _fine ? FineBytesPerPixel : BytesPerPixel);
                case "hvc1":
                    throw new MediaException(MediaFault.Heic);
                case null:
                    throw new MediaException(MediaFault.Damaged);
                default:
                    throw new MediaException(MediaFault.Unsupported);
            }
        }

        private void ReadTypes(HeaderReader reader, Box box)
        {
            var header = reader.BigUInt32() >> 24 == 0 ? 2 : 4;
            foreach (var entry in Boxes(reader, box.Start + 4 + header, box.End))
            {
                reader.Position = entry.Start;
                var version = reader.BigUInt32() >> 24;
                var id = version == 3 ? reader.BigUInt32() : reader.BigUInt16();
                reader.Take(2);
                _types[id] = System.Text.Encoding.Latin1.GetString(reader.Take(4));
            }
        }

        /// <summary>The largest of all: which property belongs to which item does not matter for a bound.</summary>
        private void ReadProperties(HeaderReader reader, Box box)
        {
            foreach (var container in Boxes(reader, box.Start, box.End).Where(b => b.Type == "ipco"))
            {
                foreach (var property in Boxes(reader, container.Start, container.End))
                {
                    ReadProperty(reader, property);
                }
            }
        }

        private void ReadProperty(HeaderReader reader, Box property)
        {
            reader.Position = property.Start;
            switch (property.Type)
            {
                case "ispe":
                    reader.Take(4);
                    _width = Math.Max(_width, reader.BigUInt32());
                    _height = Math.Max(_height, reader.BigUInt32());
                    break;
                case "av1C":
                    // Third byte: tier, high bit depth, twelve bits, monochrome, subsampling across, subsampling down, ...
                    var flags = reader.Take(3)[2];
                    _fine |= (flags & 0x60) != 0 || (flags & 0x1C) is 0x00 or 0x08;
                    break;
            }
        }
    }
}
