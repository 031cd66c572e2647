using System.CommandLine;
using System.Globalization;
using Postcard.Configuration;
using Postcard.Storage;

namespace Postcard.Commands;

/// <summary><c>postcard template …</c>: works through the running server, or under the data directory's lock when none runs.</summary>
internal static class TemplateCommands
{
    private delegate Task<int> Work(TemplateClient client, CancellationToken cancel);

    public static Command Make(Surroundings around) => new("template", "Add, import, list, show and remove templates, whether the server runs or not.")
    {
        Add(around), Import(around), List(around), Show(around), Remove(around),
    };

    private static ExampleCommand Add(Surroundings around)
    {
        var image = new Option<string>("--image") { Description = "The cover: JPEG, PNG, WebP, GIF or AVIF.", HelpName = "FILE", Required = true };
        var audio = new Option<string?>("--audio") { Description = "Its sound: MP3, M4A, AAC or WAV.", HelpName = "FILE" };
        var title = new Option<string?>("--title") { Description = "Its title.", HelpName = "TEXT" };
        var command = new ExampleCommand("add", "Add one template and print its id.")
        {
            Examples = [("A cover with a tune", "postcard template add --image spring.jpg --audio spring.mp3 --title Spring")],
        };
        command.Add(image);
        command.Add(audio);
        command.Add(title);
        var settings = new SettingsOptions(command, [SettingsTable.Data]);
        command.SetAction((parsed, stop) =>
        {
            var sound = parsed.GetValue(audio) is { } path ? around.PathOf(path) : null;
            var key = Ids.NewFile();
            return RunAsync(settings.Load(parsed, around, forServing: false).Settings, around, makes: true, async (client, cancel) =>
            {
                var added = await client.AddAsync(around.PathOf(parsed.GetRequiredValue(image)), sound, parsed.GetValue(title) ?? "", key, cancel);
                around.Out.WriteLine(added.Id);
                return ExitCode.Done;
            }, stop);
        });
        return command;
    }

    private static ExampleCommand Import(Surroundings around)
    {
        var directory = new Argument<string>("DIR") { Description = "Its pictures become templates, titled by their file names; a sound of the same name joins its picture." };
        var command = new ExampleCommand("import", "Add a directory of templates; what is there already is not added again.")
        {
            Examples = [("spring.jpg and spring.mp3 become the template spring", "postcard template import ./covers")],
        };
        command.Add(directory);
        var settings = new SettingsOptions(command, [SettingsTable.Data]);
        command.SetAction((parsed, stop) =>
        {
            var loaded = settings.Load(parsed, around, forServing: false).Settings;
            var folder = TemplateFolder.Read(around.PathOf(parsed.GetRequiredValue(directory)));
            return RunAsync(loaded, around, makes: true, new TemplateImport(folder, around).RunAsync, stop);
        });
        return command;
    }

    private static ExampleCommand List(Surroundings around)
    {
        var json = new Option<bool>("--json") { Description = "As a JSON array." };
        var command = new ExampleCommand("list", "List the templates.")
        {
            Examples = [("The ids alone", "postcard template list --json | jq '.[].id'")],
        };
        command.Add(json);
        var settings = new SettingsOptions(command, [SettingsTable.Data]);
        command.SetAction((parsed, stop) => RunAsync(settings.Load(parsed, around, forServing: false).Settings, around, makes: false, async (client, cancel) =>
        {
            var templates = await client.ListAsync(cancel);
            if (parsed.GetValue(json))
            {
                around.Out.WriteLine(templates.Count == 0 ? "[]" : $"[\n{string.Join(",\n", templates.Select(template => template.Json))}\n]");
            }
            else
            {
                TextTable.Write(around.Out, ["ID", "SOUND", "TITLE"], templates.Select(template =>
                    (string[])[template.Id.ToString(CultureInfo.InvariantCulture), template.WithAudio ? "yes" : "-", template.Title]));
            }

            return ExitCode.Done;
        }, stop));
        return command;
    }

    private static Command Show(Surroundings around)
    {
        var id = IdArgument();
        var command = new Command("show", "Show one template.") { id };
        var settings = new SettingsOptions(command, [SettingsTable.Data]);
        command.SetAction((parsed, stop) => RunAsync(settings.Load(parsed, around, forServing: false).Settings, around, makes: false, async (client, cancel) =>
        {
            var template = await client.ShowAsync(parsed.GetRequiredValue(id), cancel);
            around.Out.WriteLine($"id     {template.Id}\ntitle  {template.Title}\nimage  {template.Image}\naudio  {template.Audio ?? "none"}");
            return ExitCode.Done;
        }, stop));
        return command;
    }

    private static Command Remove(Surroundings around)
    {
        var id = IdArgument();
        var command = new Command("remove", "Remove one template. Cards that were made from it stay as they are.") { id };
        var settings = new SettingsOptions(command, [SettingsTable.Data]);
        command.SetAction((parsed, stop) => RunAsync(settings.Load(parsed, around, forServing: false).Settings, around, makes: false, async (client, cancel) =>
        {
            await client.RemoveAsync(parsed.GetRequiredValue(id), cancel);
            return ExitCode.Done;
        }, stop));
        return command;
    }

    private static Argument<int> IdArgument() => new("ID")
    {
        Description = "The template's number.",
        CustomParser = result =>
        {
            if (!int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                result.AddError($"the id of a template is a number, not \"{result.Tokens[0].Value}\"");
            }

            return id;
        },
    };

    private static Task<int> RunAsync(Settings settings, Surroundings around, bool makes, Work work, CancellationToken stop) =>
        ControlClient.RunAsync(settings, around, makes, (server, cancel) => work(new TemplateClient(server), cancel), stop);
}
