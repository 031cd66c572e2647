using System.Text.Json.Nodes;

namespace Bench.Material;

/// <summary>A text as people write it on a postcard: some hundred bytes, mostly Chinese.</summary>
internal sealed record Card(string Title, string From, string To, string Content)
{
    public static Card Number(int number) => new(
        $"来自武汉的明信片 {number}",
        "小林",
        "妈妈",
        "今天在东湖边走了很久，风很大，湖水一层一层地推上来。想起小时候你牵着我的手在这里看荷花，"
            + $"那时候的栈道还是木头的。照片里是傍晚的磨山，等你来的时候我们再走一遍。第 {number} 张。");

    public string ToJson(bool? img = null, bool? audio = null)
    {
        var json = new JsonObject { ["title"] = Title, ["from"] = From, ["to"] = To, ["content"] = Content };
        if (img is not null)
        {
            json["img"] = img;
        }

        if (audio is not null)
        {
            json["audio"] = audio;
        }

        return json.ToJsonString(Relaxed);
    }

    /// <summary>Chinese as it is, the way a mini-program's JSON comes.</summary>
    private static readonly System.Text.Json.JsonSerializerOptions Relaxed =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
