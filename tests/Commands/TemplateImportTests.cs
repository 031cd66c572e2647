using Postcard.Commands;
using Postcard.Tests.Support;

namespace Postcard.Tests.Commands;

public sealed class TemplateImportTests : IDisposable
{
    private readonly Shell _shell = new();

    public TemplateImportTests() => Directory.CreateDirectory(_shell.Folder["covers"]);

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Import_PicturesAndSounds_BecomeTemplatesInTheOrderPeopleCount()
    {
        Write("cover10.png", Samples.Picture(20, 10, 1, ".png"));
        Write("cover2.JPG", Samples.Picture(20, 10, 2));
        Write("春天.webp", Samples.Picture(20, 10, 3, ".webp"));
        Write("春天.wav", Samples.Wav());

        Assert.Equal(
            ["1  cover2", "2  cover10", "3  春天", "added 3, there already 0, failed 0"],
            (await ImportAsync()).Done().OutLines);
        Assert.Equal(
            "ID  SOUND  TITLE\n1   -      cover2\n2   -      cover10\n3   yes    春天\n",
            (await _shell.RunAsync("template", "list")).Done().Out);
    }

    [Fact]
    public async Task Import_SameTitleAndContentAgain_AddsNothing()
    {
        Write("a.jpg", Samples.Picture(seed: 1));
        await ImportAsync();
        Write("b.jpg", Samples.Picture(seed: 1));
        Assert.Equal(["1  a  (there already)", "2  b", "added 1, there already 1, failed 0"], (await ImportAsync()).Done().OutLines);

        Write("a.jpg", Samples.Picture(seed: 2));
        Assert.Equal(["3  a", "2  b  (there already)", "added 1, there already 1, failed 0"], (await ImportAsync()).Done().OutLines);
    }

    [Fact]
    public async Task Import_BadFiles_AreNamedAndTheOthersGoIn()
    {
        Write("broken.jpg", Samples.Picture()[..2000]);
        Write("good.jpg", Samples.Picture());
        Write("iphone.heic", [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8]);
        Write("two.jpg", Samples.Picture());
        Write("two.mp3", Samples.Wav());
        Write("two.wav", Samples.Wav());
        var outcome = await ImportAsync();

        Assert.Equal(1, outcome.Code);
        Assert.EndsWith("added 1, there already 0, failed 3", outcome.OutLines[^1]);
        Assert.Collection(
            outcome.ErrorLines,
            line => Assert.StartsWith("postcard: broken.jpg: ", line),
            line => Assert.StartsWith("postcard: iphone.heic: ", line),
            line => Assert.Equal("postcard: two.jpg: which sound? two.mp3, two.wav", line));
    }

    [Fact]
    public async Task Import_WhatIsNoTemplate_IsSkippedWithANote()
    {
        Write("good.jpg", Samples.Picture());
        Write(".hidden.jpg", Samples.Picture());
        Write("notes.txt", []);
        Write("alone.mp3", []);
        Directory.CreateDirectory(_shell.Folder["covers/inner.jpg"]);
        var outcome = await ImportAsync();

        Assert.Equal(0, outcome.Code);
        Assert.Equal(
            ["skipped .hidden.jpg: hidden", "skipped alone.mp3: a sound without a picture of the same name", "skipped inner.jpg: a directory",
                "skipped notes.txt: neither a picture nor a sound by its name"],
            outcome.ErrorLines);
        Assert.Equal("added 1, there already 0, failed 0", outcome.OutLines[^1]);
    }

    [Fact]
    public async Task Import_OfNoDirectory_Fails() => Assert.Contains("nowhere", (await _shell.RunAsync("template", "import", "nowhere")).Failed());

    [Theory]
    [InlineData("a2", "a10", -1)]
    [InlineData("a10", "a2", 1)]
    [InlineData("a", "a1", -1)]
    [InlineData("2", "10", -1)]
    [InlineData("a02", "a2", -1)]
    [InlineData("A2", "a3", -1)]
    [InlineData("1b", "a", -1)]
    [InlineData("99999999999999999999998", "99999999999999999999999", -1)]
    [InlineData("春2", "春10", -1)]
    [InlineData("a", "a", 0)]
    public void NaturalOrder_Names_AreComparedAsPeopleCount(string a, string b, int expected)
    {
        Assert.Equal(expected, Math.Sign(NaturalOrder.Instance.Compare(a, b)));
        Assert.Equal(-expected, Math.Sign(NaturalOrder.Instance.Compare(b, a)));
    }

    private void Write(string name, byte[] bytes) => _shell.Folder.Write($"covers/{name}", bytes);

    private Task<Outcome> ImportAsync() => _shell.RunAsync("template", "import", "covers");
}
