using Microsoft.Extensions.Primitives;
using Postcard.Endpoints.Http;

namespace Postcard.Tests.Endpoints.Http;

public sealed class LanguageTests
{
    [Theory]
    [InlineData("en", true)]
    [InlineData("en-US,en;q=0.9", true)]
    [InlineData("EN-gb", true)]
    [InlineData("en, zh;q=0.9", true)]
    [InlineData("fr, en;q=0.4", true)]
    [InlineData("zh;q=0, *;q=0.5, en;q=0.1", true)]
    [InlineData("en;q=0.5;x=1, zh;q=0.4", true)]
    [InlineData(" en ; q=1.000 ", true)]
    [InlineData("", false)]
    [InlineData("zh-CN", false)]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", false)]
    [InlineData("en,zh", false)]
    [InlineData("*", false)]
    [InlineData("en;q=0.5,*;q=0.8", false)]
    [InlineData("en;q=0", false)]
    [InlineData("en;q=much", false)]
    [InlineData("en;q=2", false)]
    [InlineData("english", false)]
    [InlineData("fr", false)]
    [InlineData(",,;;q=,en-", true)]
    [InlineData("e;q=\u4e2d,;", false)]
    public void AcceptLanguage_InAnyForm_PrefersWhatWeighsMore(string header, bool english) =>
        Assert.Equal(english, Language.PrefersEnglish(header));

    [Fact]
    public void AcceptLanguage_OnSeveralLines_CountsAsOneList() =>
        Assert.False(Language.PrefersEnglish(new StringValues(["en;q=0.8", "zh"])));

    [Fact]
    public void PrefersEnglish_OfAUsualHeader_DoesNotAllocate()
    {
        var header = new StringValues("zh-CN,zh;q=0.9,en;q=0.8");
        Language.PrefersEnglish(header);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Language.PrefersEnglish(header);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
