using NetVips;
using Postcard.Media;

namespace Postcard.Tests.Media;

/// <summary>A folder with a picture in it and room for the two that are made from it; nothing else may be left there.</summary>
internal sealed class PictureFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pictures-");

    public string Source => Path.Combine(_folder.FullName, "source");

    public string Large => Path.Combine(_folder.FullName, "large.jpg");

    public string Small => Path.Combine(_folder.FullName, "small.jpg");

    public IEnumerable<string?> Names => Directory.EnumerateFileSystemEntries(_folder.FullName).Select(Path.GetFileName);

    public string Beside(string name) => Path.Combine(_folder.FullName, name);

    public async Task<Picture> MakeAsync(Pictures pictures, byte[] content)
    {
        var cancel = TestContext.Current.CancellationToken;
        await File.WriteAllBytesAsync(Source, content, cancel);
        return await pictures.MakeAsync(Source, Large, Small, cancel);
    }

    /// <summary>The fault that the content ends in; checks that nothing was left behind.</summary>
    public async Task<MediaFault> FaultAsync(Pictures pictures, byte[] content)
    {
        var refused = await Assert.ThrowsAsync<MediaException>(() => MakeAsync(pictures, content));
        Assert.Equal(["source"], Names);
        return refused.Fault;
    }

    /// <summary>The pixels of a file that was made, decoded; it must be a plain baseline RGB JPEG.</summary>
    public static Image Pixels(string path)
    {
        using var image = Image.Jpegload(path, failOn: Enums.FailOn.Warning);
        Assert.Equal((3, Enums.Interpretation.Srgb), (image.Bands, image.Interpretation));
        return image.CopyMemory();
    }

    /// <summary>Each band within <paramref name="tolerance"/>: JPEG and colour conversion do not keep values exactly.</summary>
    public static void AssertColour(Image image, double x, double y, int[] expected, int tolerance = 12)
    {
        var found = image.Getpoint((int)(x * (image.Width - 1)), (int)(y * (image.Height - 1)));
        Assert.True(
            expected.Zip(found).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance),
            $"at {x},{y}: expected {string.Join(' ', expected)}, found {string.Join(' ', found)}");
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
