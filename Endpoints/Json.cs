using System.Text.Json.Serialization;

namespace Postcard.Endpoints;

// What stands in `data` of the replies; names as the contract has them.
internal sealed record LoginData(string Openid, string Token, string Expires, int? Role, [property: JsonPropertyName("wx_name")] string WxName);

internal sealed record UsageData(int Cards, long Bytes);

/// <param name="Version">As the front end sent it.</param>
internal sealed record ConsentData(string Version, string Time);

internal sealed record ProfileData(
    string Openid, int? Role, [property: JsonPropertyName("wx_name")] string WxName, string Created, UsageData Usage, ConsentData? Consent);

internal sealed record ImagePaths(string Large, string Small);

/// <param name="Existing">Only in the answer to an import of content that was already there.</param>
internal sealed record TemplateData(
    int Id, string Title, [property: JsonPropertyName("with_audio")] bool WithAudio, ImagePaths Image, string? Audio,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Existing = false);

internal sealed record GoneData(string Id, bool Gone);

internal sealed record ImageUploadData(string Type, string Format, int Width, int Height, long Bytes);

/// <param name="Duration">Seconds.</param>
internal sealed record AudioUploadData(string Type, string Format, double Duration, long Bytes);

/// <summary>What a decision came to.</summary>
internal sealed record DecidedData(string Id, string Status);

/// <summary>A user as operators see them.</summary>
/// <param name="Bytes">Of their media.</param>
/// <param name="Admin">By the command line or the settings.</param>
/// <param name="Consent">The version of the terms that they agreed to last.</param>
internal sealed record UserData(
    string Uid, string Openid, [property: JsonPropertyName("wx_name")] string WxName, int? Role, string Created, int Cards, long Bytes, bool Banned, bool Admin, string? Consent);

/// <param name="Total">Of all.</param>
/// <param name="Reported">With complaints since their last review.</param>
internal sealed record CardCounts(
    long Total, long None, long Pending, long Approved, long Rejected, long Reported, [property: JsonPropertyName("on_plaza")] long OnPlaza);

internal sealed record StatsData(
    long Users, long Banned, CardCounts Cards, long Templates, [property: JsonPropertyName("media_bytes")] long MediaBytes, long Uploads, long Sessions,
    [property: JsonPropertyName("database_bytes")] long DatabaseBytes, [property: JsonPropertyName("log_bytes")] long LogBytes,
    [property: JsonPropertyName("free_bytes")] long FreeBytes);

internal sealed record AuditData(string Time, string By, string Deed, string Target, string Reason);

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
[JsonSerializable(typeof(DecidedData))]
[JsonSerializable(typeof(UserData))]
[JsonSerializable(typeof(IReadOnlyList<UserData>))]
[JsonSerializable(typeof(StatsData))]
[JsonSerializable(typeof(IReadOnlyList<AuditData>))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class Json : JsonSerializerContext;
