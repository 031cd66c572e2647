using Postcard.Media;
using Postcard.Storage;
using Postcard.WeChat;

namespace Postcard.Endpoints;

/// <summary>What the handlers work with, made once at start.</summary>
internal sealed record App(Settings Settings, Store Store, Pictures Pictures, Sounds Sounds, WeChatClient WeChat, TimeProvider Time)
{
    /// <summary>The small media files that were asked for lately.</summary>
    public FileCache Files { get; } = new(Settings.FileCacheMegabytes * 1024L * 1024);

    public CodeFetches CodeFetches { get; } = new();

    public SignedMedia Signed => field ??= new(Store.SigningKey, Time);

    public ExportSlots Exports { get; } = new();
}
