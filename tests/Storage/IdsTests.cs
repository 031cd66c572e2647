using Postcard.Storage;

namespace Postcard.Tests.Storage;

public sealed class IdsTests
{
    [Fact]
    public void CardsOfOneMoment_HaveIdsWithNothingElseInCommon()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => Ids.NewCard(1_795_385_733_123)).ToList();

        Assert.All(ids, id => Assert.True(Ids.IsCard(id)));
        Assert.Single(ids.Select(id => id[..8]).Distinct());
        Assert.Equal(ids.Count, ids.Select(id => id[8..16]).Distinct().Count());
        Assert.Equal(ids.Count, ids.Select(id => id[16..]).Distinct().Count());
    }

    [Fact]
    public void CardsMadeLater_HaveGreaterIds()
    {
        var ids = new[] { 0L, 35, 36, 1_795_385_733_123, 1_795_385_733_124, 2_800_000_000_000 }.Select(Ids.NewCard).ToList();

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }
}
