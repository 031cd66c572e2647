using Postcard.Media;
using Postcard.WeChat;

namespace Postcard.Endpoints;

/// <summary>What the handlers work with, made once at start.</summary>
internal sealed record App(Settings Settings, Pictures Pictures, Sounds Sounds, WeChatClient WeChat, TimeProvider Time);
