namespace Postcard.Endpoints;

/// <summary>The fields of a JSON object in a request's body, read as tolerantly as the contract promises.</summary>
internal sealed class JsonFields
{
    /// <summary>Reads the body, whatever its <c>Content-Type</c>; an empty one counts as <c>{}</c>.</summary>
    /// <exception cref="Failure">400 not a JSON object in UTF-8; 413 longer than 64 KiB.</exception>
    public static ValueTask<JsonFields> ReadAsync(Call call, bool optional = false) => throw new NotImplementedException();

    /// <summary>Whether the field is there and not null.</summary>
    public bool Has(string name) => throw new NotImplementedException();

    /// <summary>Whether the field is there and null, for the fields where that says something.</summary>
    public bool IsNull(string name) => throw new NotImplementedException();

    /// <summary>The text without the white space around it, <c>\r\n</c> and <c>\r</c> as <c>\n</c>; null when absent. A number counts as its text.</summary>
    /// <param name="max">In UTF-16 units, after trimming.</param>
    /// <exception cref="Failure">422: neither text nor number, too long, control characters, half a surrogate pair.</exception>
    public string? Text(string name, int max) => throw new NotImplementedException();

    /// <summary>As <see cref="Text"/>, but absent or empty is 422.</summary>
    public string RequiredText(string name, int max) => throw new NotImplementedException();

    /// <summary><c>true/false</c>, <c>1/0</c> or either as text; null when absent.</summary>
    /// <exception cref="Failure">422: anything else.</exception>
    public bool? Flag(string name) => throw new NotImplementedException();

    /// <summary>A whole number, also as text; null when absent.</summary>
    /// <exception cref="Failure">422: anything else.</exception>
    public int? Integer(string name) => throw new NotImplementedException();

    /// <summary>SHA-256 of the body as it came, to tell a repeated request from another one.</summary>
    public byte[] BodyHash() => throw new NotImplementedException();
}
