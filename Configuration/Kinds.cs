using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Postcard.Configuration;

/// <summary>How values of one kind are read and written. Both readers throw a <see cref="FormatException"/> that says what is taken.</summary>
internal sealed record Kind<T>(Func<string, T> FromText, Func<JsonElement, T> FromJson, Func<T, string> ToText);

internal static class Kinds
{
    private const int MaxRoleName = 32;

    public static Kind<bool> Switch { get; } = Scalar(
        text => text.ToLowerInvariant() switch
        {
            "true" or "on" or "yes" or "1" => true,
            "false" or "off" or "no" or "0" => false,
            _ => throw new FormatException("must be true or false"),
        },
        value => value ? "true" : "false",
        JsonValueKind.True, JsonValueKind.False);

    public static Kind<string> Text { get; } = Checked(text => text.Length > 0 && !text.Any(char.IsControl), "must be a text that is not empty");

    /// <summary>An identifier or a key as WeChat gives them out.</summary>
    public static Kind<string> Key { get; } = Checked(IsKey, "must be printable characters without spaces, at most 128");

    /// <summary>An EncodingAESKey: base64 of 32 bytes without its padding.</summary>
    public static Kind<string> PushKey { get; } = Checked(IsPushKey, "must be the 43 letters and digits of the EncodingAESKey");

    public static Kind<string?> Path { get; } = Optional(Text);

    public static Kind<string?> Address { get; } = Optional(Scalar(ParseAddress, text => text));

    public static Kind<string> Origin { get; } = Scalar(ParseOrigin, text => text);

    public static Kind<IReadOnlyList<string>> Keys { get; } = List(
        ParseKey,
        json => ParseKey(json.ValueKind is JsonValueKind.String ? json.GetString()! : ""),
        key => key);

    public static Kind<IReadOnlyList<string>> Networks { get; } = List(
        ParseNetwork,
        json => ParseNetwork(json.ValueKind is JsonValueKind.String ? json.GetString()!.Trim() : ""),
        network => network);

    public static Kind<IReadOnlyList<Role>> Roles { get; } = Checked(List(
        text => text.Split('=', 2, StringSplitOptions.TrimEntries) is [var id, var name] ? MakeRole(id, name) : throw BadRole(),
        json => json.ValueKind is JsonValueKind.Object
            && json.TryGetProperty("id", out var id) && json.TryGetProperty("name", out var name) && name.ValueKind is JsonValueKind.String
                ? MakeRole(id.ToString(), name.GetString()!.Trim()) : throw BadRole(),
        role => $"{role.Id}={role.Name}"));

    public static Kind<int> WholeNumber(int least, int most) => Scalar(
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new FormatException($"must be a whole number from {least} to {most}"),
        value => value.ToString(CultureInfo.InvariantCulture),
        JsonValueKind.Number);

    public static Kind<string> OneOf(params string[] words) => Checked(words.Contains, $"must be {string.Join(" or ", words)}");

    private static Kind<T> Scalar<T>(Func<string, T> parse, Func<T, string> show, params JsonValueKind[] plain) => new(
        parse,
        json => parse(json.ValueKind is JsonValueKind.String ? json.GetString()!.Trim()
            : plain.Contains(json.ValueKind) ? json.GetRawText()
            : plain.Length == 0 ? throw new FormatException("must be a text in quotes") : ""),
        show);

    private static Kind<string> Checked(Func<string, bool> isRight, string demand) =>
        Scalar(text => isRight(text) ? text : throw new FormatException(demand), text => text);

    public static Kind<TimeSpan> Duration(TimeSpan least, TimeSpan most) => Scalar(
        text => ParseDuration(text) is { } value && value >= least && value <= most
            ? value
            : throw new FormatException($"must be a time such as 90m, 24h or 7d, from {ShowDuration(least)} to {ShowDuration(most)}"),
        ShowDuration);

    public static Kind<string?> Optional(Kind<string> kind) => new(kind.FromText, kind.FromJson, text => text ?? "");

    private static Kind<IReadOnlyList<T>> List<T>(Func<string, T> fromText, Func<JsonElement, T> fromJson, Func<T, string> show) => new(
        text => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(fromText)],
        json => json.ValueKind is JsonValueKind.Array
            ? [.. json.EnumerateArray().Select(fromJson)]
            : throw new FormatException("must be a list in square brackets"),
        items => string.Join(',', items.Select(show)));

    private static Kind<IReadOnlyList<Role>> Checked(Kind<IReadOnlyList<Role>> kind) =>
        kind with { FromText = text => Distinct(kind.FromText(text)), FromJson = json => Distinct(kind.FromJson(json)) };

    private static IReadOnlyList<Role> Distinct(IReadOnlyList<Role> roles) =>
        roles.Count > 0 && roles.DistinctBy(role => role.Id).Count() == roles.Count && roles.DistinctBy(role => role.Name).Count() == roles.Count
            ? roles
            : throw new FormatException("must be at least one role, with ids and names that differ");

    // A name of digits would be taken for an id when a front end sends it.
    private static Role MakeRole(string id, string name) =>
        int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        && name.Length is > 0 and <= MaxRoleName && !name.Any(char.IsControl) && !name.All(char.IsAsciiDigit)
            ? new(number, name)
            : throw BadRole();

    private static FormatException BadRole() => new(
        $"must be a list of {{\"id\": 1, \"name\": \"…\"}} (as a variable 1=…,2=…), ids above 0, names of 1 to {MaxRoleName} characters and not only digits");

    private static bool IsKey(string text) => text.Length is > 0 and <= 128 && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static bool IsPushKey(string text) => text.Length is 43 && text.All(char.IsAsciiLetterOrDigit);

    private static string ParseNetwork(string text) => text.AsSpan().ContainsAny('.', ':')
        && (text.Contains('/') ? IPNetwork.TryParse(text, out _) : IPAddress.TryParse(text, out _))
            ? text : throw new FormatException("must be a list of IP addresses and networks, such as 127.0.0.1 or 10.0.0.0/8");

    private static TimeSpan? ParseDuration(string text) =>
        text.Length is > 1 and < 8 && int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? text[^1] switch
            {
                's' => TimeSpan.FromSeconds(count),
                'm' => TimeSpan.FromMinutes(count),
                'h' => TimeSpan.FromHours(count),
                'd' => TimeSpan.FromDays(count),
                _ => null,
            }
            : null;

    private static string ShowDuration(TimeSpan time) => time switch
    {
        { TotalSeconds: var seconds } when seconds % 60 != 0 => Invariant($"{seconds}s"),
        { TotalMinutes: var minutes } when minutes % 60 != 0 => Invariant($"{minutes}m"),
        { TotalHours: var hours } when hours % 24 != 0 || hours == 24 => Invariant($"{hours}h"),
        { TotalDays: var days } => Invariant($"{days}d"),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string ParseKey(string text) => IsKey(text) ? text : throw new FormatException("must be a list of openids");

    private static string ParseAddress(string text)
    {
        if (text is "localhost")
        {
            return text;
        }

        // IPAddress takes "1" for 0.0.0.1.
        return text.AsSpan().ContainsAny('.', ':') && IPAddress.TryParse(text.Trim('[', ']'), out var address)
            ? address.ToString()
            : throw new FormatException("must be an IP address, such as 0.0.0.0, or localhost");
    }

    private static string ParseOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
        && uri is { Host.Length: > 0, Query: "", Fragment: "", UserInfo: "" }
            ? text.TrimEnd('/')
            : throw new FormatException("must be an http or https address without query, such as https://api.weixin.qq.com");
}
