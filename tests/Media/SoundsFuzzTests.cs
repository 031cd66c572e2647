using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Postcard.Media;
using Postcard.Media.Audio;
using static Postcard.Tests.Media.SoundFiles;

namespace Postcard.Tests.Media;

/// <summary>Real recordings, damaged in every way that a fixed seed brings forth.</summary>
public sealed class SoundsFuzzTests : SoundFolder
{
    private const int CasesPerFile = 300;

    // The lists of the longest track that is taken, grown by doubling; a file's size must not count.
    private const long MaxAllocatedBytes = 16 << 20;

    private static readonly uint[] Extremes =
        [0, 1, 2, 7, 8, 9, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x00FFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF];

    public static TheoryData<string> Recordings() =>
        new("tagged.m4a", "made.m4a", "fragmented.m4a", "film.m4a", "speech.aac", "vbr.mp3", "made.mp3", "16.wav", "float.wav", "recorder.webm");

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Recordings))]
    public async Task Damage_OfAnyKind_EndsInASoundOrAFault(string name)
    {
        var recording = await RecordAsync(name);
        var random = new Random(name.Sum(letter => letter));
        var made = 0;
        for (var i = 0; i < CasesPerFile; i++)
        {
            made += Try(Damage(recording, random), $"{name}, case {i}") ? 1 : 0;
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        // Where no damaged file passes, or all do, the damage is none that tests a parser.
        Assert.InRange(made, name is "recorder.webm" or "film.m4a" ? 0 : 1, CasesPerFile - 1);
    }

    [Theory(Timeout = 120_000)]
    [InlineData("tagged.m4a")]
    [InlineData("fragmented.m4a")]
    public async Task Boxes_WithExtremeNumbersAnywhere_EndInASoundOrAFault(string name)
    {
        var recording = await RecordAsync(name);
        using var file = File.OpenHandle(Put(recording), FileMode.Open, FileAccess.ReadWrite);
        var (from, to) = (Find(recording, "moov"u8) - 4, Math.Min(recording.Length, Find(recording, "moov"u8) + 900));
        var (taken, refused) = (0, 0);
        for (var at = from; at + 4 <= to; at += 2)
        {
            foreach (var extreme in Extremes)
            {
                RandomAccess.Write(file, BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(extreme)), at);
                _ = IsTaken(file, $"{name}, {extreme:X} at {at}") ? taken++ : refused++;
            }

            RandomAccess.Write(file, recording.AsSpan(at, 4), at);
        }

        Assert.True(taken > 0 && refused > 0);
    }

    [Fact(Timeout = 120_000)]
    public void Noise_ThatLooksLikeFrames_IsRefusedInBoundedSteps()
    {
        // Headers of the longest frames, none of which leads to another.
        var noise = new byte[8 << 20];
        new Random(5).NextBytes(noise);
        for (var at = 0; at < noise.Length - 4; at += 4)
        {
            (noise[at], noise[at + 1], noise[at + 2]) = (0xFF, (byte)(at % 8 == 0 ? 0xFB : 0xF1), (byte)(noise[at + 2] & 0x0F | 0xE0));
        }

        Try(noise, "noise");
        Try([.. "ID3"u8, 4, 0, 0, 0, 0, 0, 0, .. noise], "noise behind a tag");
    }

    private async Task<byte[]> RecordAsync(string name) => name switch
    {
        "made.m4a" => (await MakeAsync(File.ReadAllBytes(Sample("tagged.m4a")))).Bytes,
        "made.mp3" => (await MakeAsync(Wav(WavKind.Int16, 8000, 1, 1))).Bytes,
        "16.wav" => Riff(
            Chunk("LIST", new byte[31]),
            Chunk("fmt ", Format(WavKind.Int16, 8000, 2, extensible: true)),
            Chunk("data", Samples(WavKind.Int16, 2, 400, Tone(8000)))),
        "float.wav" => Wav(WavKind.Float32, 8000, 1, 0.05),
        _ => File.ReadAllBytes(Sample(name)),
    };

    /// <summary>Whether a sound was made of it; anything but a sound or a fault fails the test.</summary>
    private bool Try(byte[] recording, string what)
    {
        var source = Put(recording);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var sound = Sounds.Make(source, Target, TestContext.Current.CancellationToken);
            Assert.InRange(sound.Duration, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(600.5));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
            AssertLasting(sound, what);
            return true;
        }
        catch (MediaException)
        {
            Assert.False(File.Exists(Target), $"A refused sound left a file: {what}");
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException(what, e);
        }
    }

    /// <summary>Whether the boxes are those of a sound, without making it.</summary>
    private static bool IsTaken(SafeFileHandle file, string what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            using var window = new Window(file);
            Assert.InRange(Mp4Movie.Read(window, TestContext.Current.CancellationToken).Seconds, 0.00001, 600.5);
            return true;
        }
        catch (MediaException)
        {
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException(what, e);
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MaxAllocatedBytes);
        }
    }

    // What was made is itself a sound that is kept as it is.
    private void AssertLasting(Sound sound, string what)
    {
        var made = File.ReadAllBytes(Target);
        var again = Sounds.Make(Put(made), Target, TestContext.Current.CancellationToken);
        Assert.Equal(sound.Format, again.Format);
        Assert.True(Math.Abs((sound.Duration - again.Duration).TotalSeconds) < 0.001, $"{sound.Duration} became {again.Duration}: {what}");
        Assert.True(made.AsSpan().SequenceEqual(File.ReadAllBytes(Target)), $"Not kept: {what}");
    }

    private static byte[] Damage(byte[] recording, Random random)
    {
        var bytes = recording.ToList();
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 8; times--)
        {
            // Half of the damage goes where the structure is.
            var at = random.Next(2) == 0 ? random.Next(Math.Min(bytes.Count, 400)) : random.Next(bytes.Count);
            var count = Math.Min(random.Next(1, 600), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 2:
                    var garbage = new byte[count];
                    random.NextBytes(garbage);
                    bytes.InsertRange(at, garbage);
                    break;
                case 3:
                    bytes.RemoveRange(at, count);
                    break;
                case 4:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, count));
                    break;
                default:
                    var extreme = BitConverter.GetBytes(Extremes[random.Next(Extremes.Length)]);
                    for (var i = 0; i < 4 && at + i < bytes.Count; i++)
                    {
                        bytes[at + i] = extreme[random.Next(2) == 0 ? i : 3 - i];
                    }

                    break;
            }
        }

        return [.. bytes];
    }
}
