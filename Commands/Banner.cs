using Postcard.Endpoints;

namespace Postcard.Commands;

/// <param name="Pictures">Such as <c>libvips 8.18.2</c>.</param>
/// <param name="Sounds">Such as <c>LAME 3.100</c>; null when there is no encoder.</param>
internal sealed record Codecs(string Pictures, string? Sounds);

/// <summary>What a server says when it is up.</summary>
internal static class Banner
{
    public static async Task WriteAsync(TextWriter output, Settings settings, Service service, Codecs codecs)
    {
        var addresses = service.Server.Addresses;
        var text = settings.Dev
            ? Dev(settings, addresses, codecs, service.App)
            : $"Postcard {ProgramVersion.Text} on {string.Join(", ", addresses)}, data in {settings.Data} ({codecs.Pictures}, {SoundsOf(codecs)})\n";
        await output.WriteAsync(text);
        await output.FlushAsync();
    }

    private static string Dev(Settings settings, IReadOnlyList<string> addresses, Codecs codecs, App app)
    {
        var origin = Reachable(addresses[0]);
        return $$"""

            Postcard {{ProgramVersion.Text}}, to try out: codes dev:<name> log in without WeChat

              listens on   {{string.Join(", ", addresses)}}
              data         {{settings.Data}}
              pictures     JPEG, PNG, WebP, GIF, AVIF by {{codecs.Pictures}}
              sounds       MP3, M4A, AAC; WAV by {{SoundsOf(codecs)}}

            A session to paste:

              # log in as alice
              TOKEN=$(curl -s {{origin}}/postcard/access -d '{"code":"dev:alice"}' | sed 's/.*"token":"\([^"]*\)".*/\1/')

              # look at a template
              curl -s -w '\n' {{origin}}/postcard/template/{{TemplateOf(app)}} -H "token: $TOKEN"

              # send a card that is made from it
              CARD=$(curl -s {{origin}}/postcard/card -H "token: $TOKEN" -d '{{CardFrom(app)}}' | sed 's/.*"id":"\([^"]*\)".*/\1/')

              # open it, as anybody who holds the link, and look at its picture
              curl -s -w '\n' {{origin}}/postcard/card/$CARD
              curl -s {{origin}}/postcard/image/$CARD -o card.jpg

            Ctrl+C ends the server.


            """;
    }

    private static int TemplateOf(App app) => app.Store.Templates.All.Select(template => template.Id).DefaultIfEmpty(1).Min();

    private static string CardFrom(App app) =>
        $$"""{"title":"Hello","from":"Alice","to":"Bob","content":"Greetings from afar","img":false,"audio":false,"template":{{TemplateOf(app)}}}""";

    private static string SoundsOf(Codecs codecs) => codecs.Sounds ?? "nothing, since libmp3lame is missing";

    /// <summary>An address to connect to where the server listens on all.</summary>
    private static string Reachable(string address) =>
        address.Replace("//0.0.0.0:", "//127.0.0.1:", StringComparison.Ordinal).Replace("//[::]:", "//127.0.0.1:", StringComparison.Ordinal);
}
