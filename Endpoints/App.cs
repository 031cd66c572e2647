using Postcard.Endpoints.Http;
using Postcard.Media;
using Postcard.Storage;
using Postcard.WeChat;

namespace Postcard.Endpoints;

/// <summary>What the handlers work with, made once at start.</summary>
internal sealed record App(Settings Settings, Store Store, Pictures Pictures, Sounds Sounds, WeChatClient WeChat, TimeProvider Time)
{
    /// <summary>The small media files that were asked for lately.</summary>
    public FileCache Files { get; } = new(Settings.FileCacheMegabytes * 1024L * 1024);

    public Traffic Traffic { get; } = new();

    public MeterReader Meters { get; } = new();

    /// <summary>Null when nobody wants one.</summary>
    public AccessLog? AccessLog { get; init; }

    /// <summary>Set when the server is told to stop: requests under way still end.</summary>
    public bool Stopping { get; set; }

    /// <summary>The way in for uploads.</summary>
    public UploadGate Uploading { get; } = new(() => Store.Files.FreeBytes, Settings.MinFreeMegabytes * 1024L * 1024);

    public CodeFetches CodeFetches { get; } = new();

    public SignedMedia Signed => field ??= new(Store.SigningKey, Time);

    public ExportSlots Exports { get; } = new();
}
