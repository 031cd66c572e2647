using Postcard.Endpoints.Http;

namespace Postcard.Tests.Endpoints.Http;

public sealed class ByteRangeTests
{
    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=0-99", 0, 100)]
    [InlineData("bytes=10-", 10, 90)]
    [InlineData("bytes=99-", 99, 1)]
    [InlineData("bytes=50-5000", 50, 50)]
    [InlineData("bytes=50-99999999999999999999999", 50, 50)]
    [InlineData("bytes=-1", 99, 1)]
    [InlineData("bytes=-100", 0, 100)]
    [InlineData("bytes=-5000", 0, 100)]
    [InlineData("BYTES= 1-2 ", 1, 2)]
    public void Parse_OfOneRangeInside_GivesIt(string header, long first, long length)
    {
        Assert.Equal(RangeKind.Single, ByteRange.Parse(header, 100, out var range));
        Assert.Equal(new ByteRange(first, length), range);
    }

    [Theory]
    [InlineData("bytes=100-", RangeKind.Unsatisfiable)]
    [InlineData("bytes=100-200", RangeKind.Unsatisfiable)]
    [InlineData("bytes=99999999999999999999999-", RangeKind.Unsatisfiable)]
    [InlineData("bytes=-0", RangeKind.Unsatisfiable)]
    [InlineData("bytes=0-1,3-4", RangeKind.Ignored)]
    [InlineData("lines=0-1", RangeKind.Ignored)]
    [InlineData("bytes", RangeKind.Malformed)]
    [InlineData("bytes=", RangeKind.Malformed)]
    [InlineData("bytes=-", RangeKind.Malformed)]
    [InlineData("bytes=5", RangeKind.Malformed)]
    [InlineData("bytes=5-2", RangeKind.Malformed)]
    [InlineData("bytes=a-b", RangeKind.Malformed)]
    [InlineData("bytes=--1", RangeKind.Malformed)]
    [InlineData("bytes=1-2-3", RangeKind.Malformed)]
    [InlineData("bytes=0x1-2", RangeKind.Malformed)]
    public void Parse_OfAnythingElse_SaysWhatItIs(string header, object kind) =>
        Assert.Equal((RangeKind)kind, ByteRange.Parse(header, 100, out _));

    [Fact]
    public void Parse_OfAnEmptyFile_HasNoRangeToGive()
    {
        Assert.Equal(RangeKind.Unsatisfiable, ByteRange.Parse("bytes=0-", 0, out _));
        Assert.Equal(RangeKind.Unsatisfiable, ByteRange.Parse("bytes=-5", 0, out _));
    }

    [Fact]
    public void Parse_OfAnyHeader_GivesOnlyRangesInsideTheFile()
    {
        const string letters = "bytes=-,0123456789 x";
        var random = new Random(7);
        for (var i = 0; i < 50_000; i++)
        {
            var header = "bytes=" + string.Concat(Enumerable.Range(0, random.Next(24)).Select(_ => letters[random.Next(letters.Length)]));
            var size = random.Next(3) == 0 ? random.Next(3) : random.NextInt64(long.MaxValue);
            if (ByteRange.Parse(header, size, out var range) == RangeKind.Single)
            {
                Assert.True(range.First >= 0 && range.Length > 0 && range.Length <= size - range.First, $"{header} of {size}: {range}");
            }
        }
    }
}
