using LiteDB;

namespace Postcard.Storage;

/// <summary>A media file. Its name holds the hash of its content, and it is never changed once a record names it.</summary>
/// <param name="Name"><c>kind-hash.ext</c>, in the directory of the card, the template or the user's uploads.</param>
/// <param name="Hash">The first 128 bits of the content's SHA-256, in lower-case hexadecimal.</param>
/// <param name="Width">Pixels; 0 for sounds.</param>
/// <param name="Duration">Milliseconds; 0 for pictures.</param>
/// <param name="Modified">Unix time in milliseconds.</param>
internal sealed record Blob(string Name, string Hash, long Bytes, int Width, int Height, long Duration, long Modified)
{
    /// <summary>File extension without the dot: <c>jpg</c>, <c>mp3</c>, <c>m4a</c> or <c>aac</c>.</summary>
    public string Format => Name[(Name.LastIndexOf('.') + 1)..];

    /// <summary>What stands as <c>v</c> in the paths of replies.</summary>
    public string Version => Hash[..12];

    internal BsonDocument ToBson() => new()
    {
        ["name"] = Name, ["hash"] = Hash, ["bytes"] = Bytes, ["width"] = Width, ["height"] = Height, ["duration"] = Duration, ["modified"] = Modified,
    };

    internal static Blob? FromBson(BsonValue value) => value.IsNull
        ? null
        : new(value["name"].AsString, value["hash"].AsString, value["bytes"].AsInt64, value["width"].AsInt32, value["height"].AsInt32, value["duration"].AsInt64, value["modified"].AsInt64);
}

/// <summary>The three media a card or a template may have.</summary>
/// <param name="Image">JPEG, long side at most 1600 pixels.</param>
/// <param name="Mini">The same picture, long side at most 400 pixels.</param>
internal sealed record BlobSet(Blob? Image, Blob? Mini, Blob? Audio)
{
    public static readonly BlobSet None = new(null, null, null);

    public long Bytes => (Image?.Bytes ?? 0) + (Mini?.Bytes ?? 0) + (Audio?.Bytes ?? 0);

    public int Count => (Image is null ? 0 : 2) + (Audio is null ? 0 : 1);

    public IEnumerable<Blob> All => new[] { Image, Mini, Audio }.OfType<Blob>();

    internal void WriteTo(BsonDocument document)
    {
        document["image"] = Image?.ToBson() ?? BsonValue.Null;
        document["mini"] = Mini?.ToBson() ?? BsonValue.Null;
        document["audio"] = Audio?.ToBson() ?? BsonValue.Null;
    }

    internal static BlobSet FromBson(BsonDocument document) =>
        new(Blob.FromBson(document["image"]), Blob.FromBson(document["mini"]), Blob.FromBson(document["audio"]));
}
