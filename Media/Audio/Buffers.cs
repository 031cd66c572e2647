using System.Buffers;

namespace Postcard.Media.Audio;

internal static class Buffers
{
    /// <summary>
    /// For the threads that work on sounds. They live for one sound, and the shared pool would keep what they return with the
    /// thread, so that each sound allocated anew.
    /// </summary>
    public static ArrayPool<byte> Pool { get; } = ArrayPool<byte>.Create(maxArrayLength: 64 * 1024, maxArraysPerBucket: 16);
}
