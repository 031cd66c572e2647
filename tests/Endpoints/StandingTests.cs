using Postcard.Endpoints;
using Postcard.Storage;

namespace Postcard.Tests.Endpoints;

public sealed class StandingTests
{
    [Theory]
    [InlineData("off", false, "Unsure", "none")]
    [InlineData("off", true, "Unsure", "approved")]
    [InlineData("manual", false, "Pass", "none")]
    [InlineData("manual", true, "Pass", "pending")]
    [InlineData("wechat", true, "Pass", "approved")]
    [InlineData("wechat", true, "Unsure", "pending")]
    [InlineData("wechat", false, "Unsure", "none")]
    public void NewCard_InEachMode_Stands(string review, bool plaza, string verdict, string expected) =>
        Assert.Equal(expected, Standing.Of(review, Enum.Parse<Verdict>(verdict), null, NewCard() with { Plaza = plaza }).Status);

    /// <summary>From where a card stood, by what its author does, to where it stands then.</summary>
    [Theory]
    [InlineData("manual", "none", false, false, "plaza", "pending")]
    [InlineData("manual", "none", false, false, "edit", "none")]
    [InlineData("manual", "pending", true, false, "edit", "pending")]
    [InlineData("manual", "pending", true, false, "leave", "none")]
    [InlineData("manual", "approved", true, false, "save", "approved")]
    [InlineData("manual", "approved", true, false, "edit", "pending")]
    [InlineData("manual", "approved", true, false, "leave", "none")]
    [InlineData("manual", "rejected", true, true, "save", "rejected")]
    [InlineData("manual", "rejected", true, true, "leave", "rejected")]
    [InlineData("manual", "rejected", true, true, "edit", "pending")]
    [InlineData("manual", "rejected", true, true, "edit and leave", "pending")]
    [InlineData("manual", "pending", false, true, "edit", "pending")]
    [InlineData("manual", "pending", true, true, "leave", "pending")]
    [InlineData("manual", "none", false, true, "edit", "none")]
    [InlineData("off", "approved", true, false, "edit", "approved")]
    [InlineData("off", "pending", true, true, "save", "pending")]
    [InlineData("off", "pending", true, true, "edit", "pending")]
    [InlineData("off", "none", false, true, "plaza", "pending")]
    [InlineData("off", "rejected", true, true, "edit", "pending")]
    [InlineData("wechat", "approved", true, false, "edit", "approved")]
    [InlineData("wechat", "pending", true, true, "edit", "pending")]
    public void Card_ThatItsAuthorChanges_Stands(string review, string status, bool plaza, bool held, string change, string expected)
    {
        var before = NewCard() with { Status = status, Plaza = plaza, Held = held, Reason = status == "rejected" ? "r" : "" };
        var after = before with
        {
            Content = change.StartsWith("edit", StringComparison.Ordinal) ? "other" : before.Content,
            Plaza = change == "plaza" || (!change.EndsWith("leave", StringComparison.Ordinal) && plaza),
        };

        var stands = Standing.Of(review, Verdict.Pass, before, after);

        Assert.Equal((expected, held), (stands.Status, stands.Held));
        Assert.Equal(expected == "rejected" ? "r" : "", stands.Reason);
        Assert.Equal(status == "rejected", stands.Hidden);
    }

    [Theory]
    [InlineData("off", true)]
    [InlineData("manual", false)]
    [InlineData("wechat", true)]
    public void Card_ThatWasRejected_StaysHiddenWhateverItsAuthorDoes(string review, bool plaza)
    {
        var before = NewCard() with { Status = CardStatus.Pending, Barred = true };
        var stands = Standing.Of(review, Verdict.Pass, before, before with { Plaza = plaza, Content = "other" });

        Assert.Equal((CardStatus.Pending, true), (stands.Status, stands.Hidden));
    }

    private static Card NewCard() => new("card", "uid", "t", "", "", "x", BlobSet.None, null, null, false, CardStatus.None, 1, 1);
}
