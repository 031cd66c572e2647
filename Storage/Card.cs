using LiteDB;

namespace Postcard.Storage;

/// <summary>A card's standing for the plaza.</summary>
internal static class CardStatus
{
    public const string None = "none", Pending = "pending", Approved = "approved", Rejected = "rejected";
}

/// <param name="Uid">The author.</param>
/// <param name="Blobs">Own media, or the template's as they were when the card was made.</param>
/// <param name="Template">The template that the picture comes from; null when it is the author's own or there is none.</param>
/// <param name="AudioTemplate">The same for the sound.</param>
/// <param name="Created">Unix time in milliseconds, unique among all cards.</param>
/// <param name="Updated">Unix time in milliseconds.</param>
internal sealed record Card(
    string Id, string Uid, string Title, string From, string To, string Content, BlobSet Blobs, int? Template, int? AudioTemplate,
    bool Plaza, string Status, long Created, long Updated)
{
    internal const string Table = "cards";

    /// <summary>Why it was rejected; empty when it is not.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Rejected by an admin or taken off the plaza by complaints: only an admin's approval brings it back.</summary>
    public bool Held { get; init; }

    /// <summary>Rejected, changed since, and approved by nobody yet: the change does not bring it back to others' eyes.</summary>
    public bool Barred { get; init; }

    /// <summary>To all but its owner and admins there is no such card.</summary>
    public bool Hidden => Barred || Status == CardStatus.Rejected;

    public bool OnPlazaOf(User author) => Plaza && Status == CardStatus.Approved && !author.Banned;

    /// <summary>Whether what others see differs, as far as it is the card's own.</summary>
    public bool SaysOtherThan(Card other) =>
        (Title, From, To, Content, Blobs.Image?.Hash, Blobs.Audio?.Hash)
        != (other.Title, other.From, other.To, other.Content, other.Blobs.Image?.Hash, other.Blobs.Audio?.Hash);

    /// <summary>All that is to read on the card.</summary>
    /// <param name="name">The author's.</param>
    public string TextsWith(string name) => TextsOf(Title, From, To, Content, name);

    public static string TextsOf(params IEnumerable<string> texts) => string.Join('\n', texts.Where(text => text.Length > 0));

    public CardKey Key => new(Created, Id);

    /// <summary>The media that lie in the card's own directory.</summary>
    public BlobSet OwnBlobs => new(Template is null ? Blobs.Image : null, Template is null ? Blobs.Mini : null, AudioTemplate is null ? Blobs.Audio : null);

    internal BsonDocument ToBson()
    {
        var document = new BsonDocument
        {
            ["_id"] = Id, ["home"] = HomeKey(Uid, Created), ["uid"] = Uid,
            ["title"] = Title, ["from"] = From, ["to"] = To, ["content"] = Content,
            ["template"] = Template is { } template ? template : BsonValue.Null,
            ["audio_template"] = AudioTemplate is { } audio ? audio : BsonValue.Null,
            ["plaza"] = Plaza, ["status"] = Status, ["reason"] = Reason, ["held"] = Held, ["created"] = Created, ["updated"] = Updated,
        };
        if (Barred)
        {
            document["barred"] = true;
        }

        Blobs.WriteTo(document);
        return document;
    }

    internal static Card FromBson(BsonDocument document) => new(
        document["_id"].AsString, document["uid"].AsString,
        document["title"].AsString, document["from"].AsString, document["to"].AsString, document["content"].AsString,
        BlobSet.FromBson(document),
        document["template"].IsNull ? null : document["template"].AsInt32,
        document["audio_template"].IsNull ? null : document["audio_template"].AsInt32,
        document["plaza"].AsBoolean, document["status"].AsString, document["created"].AsInt64, document["updated"].AsInt64)
    {
        // Records of the first release have neither.
        Reason = document["reason"] is { IsString: true } reason ? reason.AsString : "",
        Held = document["held"] is { IsBoolean: true, AsBoolean: true },
        Barred = document["barred"] is { IsBoolean: true, AsBoolean: true },
    };

    /// <summary>Orders a user's cards by time; creation times are unique.</summary>
    internal static string HomeKey(string uid, long created) => $"{uid}|{created:D14}";
}
