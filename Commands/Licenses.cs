using System.CommandLine;

namespace Postcard.Commands;

/// <summary><c>postcard licenses</c>: the program's licence and those of what is bundled with it.</summary>
internal static class Licenses
{
    private static readonly string[] Texts = ["LICENSE", "THIRD-PARTY-NOTICES.txt"];

    public static Command Make(Surroundings around)
    {
        var command = new Command("licenses", "Print the licence and the notices for what is bundled.");
        command.SetAction(_ =>
        {
            foreach (var name in Texts)
            {
                using var text = new StreamReader(typeof(Licenses).Assembly.GetManifestResourceStream(name)!);
                around.Out.WriteLine(text.ReadToEnd().TrimEnd());
                around.Out.WriteLine();
            }
        });
        return command;
    }
}
