namespace Postcard.Media.Audio;

internal static class Adts
{
    /// <summary>Copies the AAC frames of an ADTS stream and nothing else.</summary>
    public static Sound Copy(Window file, Stream target, CancellationToken cancel)
    {
        var walker = new FrameWalker<AdtsHeader>(file, Tags.FindEnd(file), cancel);
        var seconds = 0.0;
        while (walker.MoveNext())
        {
            seconds += (double)walker.Header.Samples / walker.Header.SampleRate;
            Sounds.Checked(seconds);
            target.Write(walker.Frame);
        }

        return walker.GaveUp ? throw new MediaException(MediaFault.Damaged) : new Sound("aac", Sounds.Checked(seconds));
    }
}
