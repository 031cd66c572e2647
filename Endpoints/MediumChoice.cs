namespace Postcard.Endpoints;

/// <summary>Where a card's picture or sound comes from after a change.</summary>
internal enum MediumChoice
{
    /// <summary>What the card has stays, be it nothing.</summary>
    Keep,

    None,

    Upload,

    Template,

    /// <summary>An upload was asked for, none waits and the card has nothing that could stay.</summary>
    Missing,
}

internal static class MediumChoices
{
    /// <summary>
    /// The contract's rules for one medium. A form resent whole names what the card has already: its template stays as it was when the
    /// card was made, and <c>true</c> without a waiting upload keeps what is there.
    /// </summary>
    /// <param name="take"><c>img</c> or <c>audio</c>.</param>
    /// <param name="template">The template asked for.</param>
    /// <param name="drop">The template was given as <c>null</c>.</param>
    /// <param name="present">The template that the card has the medium from.</param>
    /// <param name="has">Whether the card has the medium, own or a template's.</param>
    /// <param name="waiting">Whether an upload waits.</param>
    public static MediumChoice Of(bool? take, int? template, bool drop, int? present, bool has, bool waiting)
    {
        if (take is true)
        {
            var stays = has && !(drop && present is not null);
            return waiting ? MediumChoice.Upload : stays ? MediumChoice.Keep : MediumChoice.Missing;
        }

        if (template is not null)
        {
            return template == present ? MediumChoice.Keep : MediumChoice.Template;
        }

        var removed = present is null ? take is false : drop;
        return removed ? MediumChoice.None : MediumChoice.Keep;
    }
}
