using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Postcard.Media.Audio;

/// <summary>
/// Reads the samples of a WAV file in blocks, in the form that LAME takes with the least work: integers up to 16 bits as
/// they lie in the file, all others as floats within ±1.
/// </summary>
internal sealed class WavReader(SafeFileHandle file, WavHeader header) : IDisposable
{
    public const int BlockFrames = 4 * 1024;

    private readonly byte[] _bytes = Buffers.Pool.Rent(BlockFrames * header.FrameBytes);
    private readonly byte[] _samples = Buffers.Pool.Rent(BlockFrames * header.Channels * sizeof(float));

    public bool IsShort { get; } = header is { IsFloat: false, SampleBytes: <= 2 };

    /// <summary>The block from <paramref name="frame"/> on, interleaved; only when <see cref="IsShort"/>.</summary>
    public ReadOnlySpan<short> ReadShorts(long frame)
    {
        var bytes = ReadBytes(frame);
        if (header.SampleBytes == 2)
        {
            return MemoryMarshal.Cast<byte, short>(bytes);
        }

        var samples = MemoryMarshal.Cast<byte, short>(_samples.AsSpan())[..bytes.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            samples[i] = (short)((bytes[i] - 128) << 8);
        }

        return samples;
    }

    /// <summary>The block from <paramref name="frame"/> on, interleaved.</summary>
    public ReadOnlySpan<float> ReadFloats(long frame)
    {
        var bytes = ReadBytes(frame);
        var samples = MemoryMarshal.Cast<byte, float>(_samples.AsSpan())[..(bytes.Length / header.SampleBytes)];
        switch (header)
        {
            case { SampleBytes: 3 }:
                for (var i = 0; i < samples.Length; i++)
                {
                    samples[i] = (bytes[3 * i] << 8 | bytes[3 * i + 1] << 16 | bytes[3 * i + 2] << 24) * (1f / (1u << 31));
                }

                break;
            case { SampleBytes: 4, IsFloat: false }:
                for (var i = 0; i < samples.Length; i++)
                {
                    samples[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]) * (1f / (1u << 31));
                }

                break;
            case { SampleBytes: 4 }:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(samples);
                Clamp(samples);
                break;
            default:
                for (var i = 0; i < samples.Length; i++)
                {
                    samples[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
                }

                Clamp(samples);
                break;
        }

        return samples;
    }

    /// <summary>Whether both channels hold the same, as recorders with one microphone write it. Stops at the first difference.</summary>
    public bool ChannelsAreEqual(CancellationToken cancel)
    {
        for (var frame = 0L; frame < header.Frames; frame += BlockFrames)
        {
            cancel.ThrowIfCancellationRequested();
            if (IsShort)
            {
                foreach (var pair in MemoryMarshal.Cast<short, uint>(ReadShorts(frame)))
                {
                    if ((ushort)pair != pair >> 16)
                    {
                        return false;
                    }
                }
            }
            else
            {
                foreach (var pair in MemoryMarshal.Cast<float, ulong>(ReadFloats(frame)))
                {
                    if ((uint)pair != pair >> 32)
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    public void Dispose()
    {
        Buffers.Pool.Return(_bytes);
        Buffers.Pool.Return(_samples);
    }

    private ReadOnlySpan<byte> ReadBytes(long frame)
    {
        var count = (int)(Math.Min(BlockFrames, header.Frames - frame) * header.FrameBytes);
        var block = _bytes.AsSpan(0, count);
        for (var done = 0; done < count;)
        {
            var read = RandomAccess.Read(file, block[done..], header.Offset + frame * header.FrameBytes + done);
            done += read > 0 ? read : throw new MediaException(MediaFault.Damaged);
        }

        return block;
    }

    // Floats may be louder than full scale, infinite or no number at all; LAME would pass that on to the players.
    private static void Clamp(Span<float> samples)
    {
        var whole = samples.Length - samples.Length % Vector<float>.Count;
        foreach (ref var vector in MemoryMarshal.Cast<float, Vector<float>>(samples[..whole]))
        {
            vector = Vector.ConditionalSelect(Vector.Equals(vector, vector), Vector.Clamp(vector, -Vector<float>.One, Vector<float>.One), default);
        }

        foreach (ref var sample in samples[whole..])
        {
            sample = float.IsNaN(sample) ? 0 : Math.Clamp(sample, -1, 1);
        }
    }
}
