using Postcard.Endpoints.Http;
using Postcard.Storage;

namespace Postcard.Endpoints;

/// <summary>
/// What a front end says about a card. Null stands for a field that was left out; an empty text where an id is expected counts as left
/// out, too.
/// </summary>
internal sealed record CardForm(
    string? Title, string? From, string? To, string? Content, bool? TakeImage, bool? TakeAudio,
    int? Template, int? AudioTemplate, bool DropTemplate, bool DropAudioTemplate, bool? Plaza)
{
    private const int TitleMaxLength = 100, NameMaxLength = 50, ContentMaxLength = 5000;

    public static CardForm Read(JsonFields fields)
    {
        var form = new CardForm(
            fields.Text("title", TitleMaxLength), fields.Text("from", NameMaxLength), fields.Text("to", NameMaxLength), fields.Text("content", ContentMaxLength),
            fields.Flag("img"), fields.Flag("audio"), IdIn(fields, "template"), IdIn(fields, "audio_template"),
            fields.IsNull("template"), fields.IsNull("audio_template"), fields.Flag("plaza"));
        if (form.TakeImage is true && form.Template is not null)
        {
            throw Failure.InvalidField("template", "不能与 img 同时使用", "cannot go together with img");
        }

        if (form.TakeAudio is true && form.AudioTemplate is not null)
        {
            throw Failure.InvalidField("audio_template", "不能与 audio 同时使用", "cannot go together with audio");
        }

        return form;
    }

    /// <summary>The new card that this form asks for.</summary>
    /// <param name="check">Of the texts in this form.</param>
    public CardDraft Create(App app, string uid, Upload? image, Upload? audio, ContentCheck check)
    {
        var (id, created) = app.Store.Cards.NewKey();
        var blank = new Card(id, uid, "", "", "", "", BlobSet.None, null, null, false, CardStatus.None, created, created);
        return Apply(app, null, blank, image, audio, check);
    }

    /// <summary>The card as this form changes it.</summary>
    /// <inheritdoc cref="Create"/>
    public CardDraft Edit(App app, Card card, Upload? image, Upload? audio, ContentCheck check) =>
        Apply(app, card, card with { Updated = app.Store.Cards.NewTime() }, image, audio, check);

    /// <summary>What there will be to read on the card.</summary>
    /// <param name="before">The card that this form changes; null for a new one.</param>
    /// <param name="name">The author's.</param>
    public string TextsOver(Card? before, string name) =>
        Card.TextsOf(Title ?? before?.Title ?? "", From ?? before?.From ?? "", To ?? before?.To ?? "", Content ?? before?.Content ?? "", name);

    private CardDraft Apply(App app, Card? before, Card card, Upload? image, Upload? audio, ContentCheck check)
    {
        var picture = MediumChoices.Of(TakeImage, Template, DropTemplate, card.Template, card.Blobs.Image is not null, image is not null);
        var sound = MediumChoices.Of(TakeAudio, AudioTemplate, DropAudioTemplate, card.AudioTemplate, card.Blobs.Audio is not null, audio is not null);
        if (picture is MediumChoice.Missing || sound is MediumChoice.Missing)
        {
            throw Failure.NoUpload(picture is MediumChoice.Missing
                ? new("请先上传图片", "Please upload a picture first")
                : new("请先上传录音", "Please upload a recording first"));
        }

        var cover = picture is MediumChoice.Template ? FindTemplate(app, Template!.Value) : null;
        var tune = sound is MediumChoice.Template ? FindTemplate(app, AudioTemplate!.Value) : null;
        if (tune is { Blobs.Audio: null })
        {
            throw Failure.InvalidField("audio_template", "该模板没有声音", "this template has no sound");
        }

        var result = card with
        {
            Title = Title ?? card.Title, From = From ?? card.From, To = To ?? card.To, Content = Content ?? card.Content,
            Plaza = Plaza ?? card.Plaza,
            Template = picture is MediumChoice.Keep ? card.Template : cover?.Id,
            AudioTemplate = sound is MediumChoice.Keep ? card.AudioTemplate : tune?.Id,
            Blobs = new(
                Chosen(picture, card.Blobs.Image, image?.Blobs.Image, cover?.Blobs.Image),
                Chosen(picture, card.Blobs.Mini, image?.Blobs.Mini, cover?.Blobs.Mini),
                Chosen(sound, card.Blobs.Audio, audio?.Blobs.Audio, tune?.Blobs.Audio)),
        };
        Check(result);
        var (judged, left) = check.Judge(before, result);
        return new(
            judged, picture is MediumChoice.Upload ? image : null, sound is MediumChoice.Upload ? audio : null, [.. new[] { cover, tune }.OfType<Template>()], left)
        {
            CheckedName = check.Name,
        };
    }

    private static void Check(Card card)
    {
        if (card.Title.Length == 0)
        {
            throw Failure.InvalidField("title", "不能为空", "must not be empty");
        }

        if (card.Content.Length == 0 && card.Blobs.Audio is null)
        {
            throw Failure.InvalidField("content", "文字和录音至少要有一项", "there must be a text or a recording");
        }
    }

    private static Blob? Chosen(MediumChoice choice, Blob? present, Blob? upload, Blob? template) => choice switch
    {
        MediumChoice.Keep => present,
        MediumChoice.Upload => upload,
        MediumChoice.Template => template,
        _ => null,
    };

    private static Template FindTemplate(App app, int id) => app.Store.Templates.Find(id) ?? throw Failure.NotFound();

    private static int? IdIn(JsonFields fields, string name) =>
        fields.Has(name) && fields.Text(name, 20) is { Length: > 0 } ? fields.Integer(name) : null;
}
