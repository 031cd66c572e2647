using System.Text.Json.Serialization;

namespace Postcard.Endpoints;

// What stands in `data` of the replies; names as the contract has them.
internal sealed record LoginData(string Openid, string Token, string Expires, int? Role, [property: JsonPropertyName("wx_name")] string WxName);

internal sealed record UsageData(int Cards, long Bytes);

internal sealed record ProfileData(string Openid, int? Role, [property: JsonPropertyName("wx_name")] string WxName, string Created, UsageData Usage);

internal sealed record ImagePaths(string Large, string Small);

/// <param name="Existing">Only in the answer to an import of content that was already there.</param>
internal sealed record TemplateData(
    int Id, string Title, [property: JsonPropertyName("with_audio")] bool WithAudio, ImagePaths Image, string? Audio,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Existing = false);

internal sealed record GoneData(string Id, bool Gone);

internal sealed record ImageUploadData(string Type, string Format, int Width, int Height, long Bytes);

/// <param name="Duration">Seconds.</param>
internal sealed record AudioUploadData(string Type, string Format, double Duration, long Bytes);

/// <summary>
/// The serializer's generated code; the writer that it is given decides what is escaped. Member names stay as the contract has them: camelCase is right for single words, the others are
/// named one by one.
/// </summary>
[JsonSerializable(typeof(LoginData))]
[JsonSerializable(typeof(ProfileData))]
[JsonSerializable(typeof(TemplateData))]
[JsonSerializable(typeof(IReadOnlyList<TemplateData>))]
[JsonSerializable(typeof(GoneData))]
[JsonSerializable(typeof(ImageUploadData))]
[JsonSerializable(typeof(AudioUploadData))]
[JsonSerializable(typeof(IReadOnlyList<Role>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class Json : JsonSerializerContext;
