namespace Postcard.Media;

/// <summary>Why a picture or a sound was not taken.</summary>
internal enum MediaFault
{
    /// <summary>Not a format that is taken.</summary>
    Unsupported,

    /// <summary>HEIC: the sender should send the compressed picture.</summary>
    Heic,

    /// <summary>WebM, as the developer tools record it: record MP3 instead.</summary>
    WebM,

    /// <summary>The format is right, the content is damaged.</summary>
    Damaged,

    /// <summary>More pixels than the format's bound.</summary>
    TooManyPixels,

    /// <summary>A sound longer than ten minutes.</summary>
    TooLong,

    /// <summary>The queue of media work is full.</summary>
    Busy,

    /// <summary>Decoding took longer than its time limit.</summary>
    TooSlow,
}

/// <summary>Carries no text of the codecs: libvips' error buffer is process-wide and may name another user's file.</summary>
internal sealed class MediaException(MediaFault fault) : Exception(fault.ToString())
{
    public MediaFault Fault { get; } = fault;
}
