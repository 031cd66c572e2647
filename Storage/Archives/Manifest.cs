using System.Globalization;
using System.Text.Json;

namespace Postcard.Storage.Archives;

/// <summary>What stands at the head of a backup, and again in its manifest.</summary>
/// <param name="Format">Of the archive.</param>
/// <param name="Schema">Of the records in it.</param>
/// <param name="Program">The release that made it.</param>
/// <param name="Bytes">About what its files take.</param>
internal sealed record ArchiveAbout(int Format, int Schema, string Program, DateTimeOffset Created, long Bytes)
{
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteNumber("format", Format);
        json.WriteNumber("schema", Schema);
        json.WriteString("program", Program);
        json.WriteString("created", Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteNumber("bytes", Bytes);
    }

    public byte[] ToJson()
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = true }))
        {
            json.WriteStartObject();
            WriteTo(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <exception cref="ArchiveException">It is not what it should be, or of a release to come.</exception>
    public static ArchiveAbout Parse(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            var (format, program) = (root.GetProperty("format").GetInt32(), root.GetProperty("program").GetString()!);
            if (format > ArchiveFormat.Version || root.GetProperty("schema").GetInt32() > Storage.Schema.Current)
            {
                throw new ArchiveException($"the backup was made by a newer release ({program}) than this one ({ProgramVersion.Text}); restore it with that one");
            }

            return new(format, root.GetProperty("schema").GetInt32(), program, root.GetProperty("created").GetDateTimeOffset(), root.GetProperty("bytes").GetInt64());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new ArchiveException("the file is no backup of Postcard, or it is damaged");
        }
    }
}

/// <param name="Hash">SHA-256.</param>
internal sealed record ArchivedFile(string Path, long Bytes, byte[] Hash);

/// <summary>How many of what a backup holds.</summary>
internal sealed record ArchiveCounts(int Users, int Cards, int Templates, int Uploads);

/// <summary>The list of all files, which is the last of them.</summary>
/// <param name="Files">In the order of the archive.</param>
/// <param name="Missing">Files that records named and that were not there.</param>
/// <param name="Damaged">Files that are in the archive as they were found: other than their records say.</param>
internal sealed record Manifest(IReadOnlyList<ArchivedFile> Files, IReadOnlyList<string> Missing, IReadOnlyList<string> Damaged, ArchiveCounts Counts)
{
    /// <exception cref="ArchiveException"/>
    public static Manifest Parse(ReadOnlySpan<byte> bytes)
    {
        var (files, missing, damaged, counts) = (new List<ArchivedFile>(), new List<string>(), new List<string>(), new Dictionary<string, int>());
        var json = new Utf8JsonReader(bytes);
        try
        {
            while (json.Read())
            {
                if (json is not { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
                {
                    continue;
                }

                var name = json.GetString()!;
                json.Read();
                if (name is "files")
                {
                    ReadFiles(ref json, files);
                }
                else if (name is "missing" or "damaged")
                {
                    ReadNames(ref json, name is "missing" ? missing : damaged);
                }
                else if (name is "users" or "cards" or "templates" or "uploads")
                {
                    counts[name] = json.GetInt32();
                }
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentNullException)
        {
            throw new ArchiveException("the backup is damaged: its list of files cannot be read");
        }

        return new(files, missing, damaged, new(Count("users"), Count("cards"), Count("templates"), Count("uploads")));

        int Count(string name) => counts.GetValueOrDefault(name);
    }

    private static void ReadFiles(ref Utf8JsonReader json, List<ArchivedFile> files)
    {
        var (path, bytes, hash) = ("", -1L, Array.Empty<byte>());
        while (json.Read() && json.TokenType is not JsonTokenType.EndArray)
        {
            if (json.TokenType is JsonTokenType.EndObject)
            {
                files.Add(new(path, bytes, hash));
            }
            else if (json.TokenType is JsonTokenType.PropertyName)
            {
                var name = json.GetString();
                json.Read();
                _ = name switch
                {
                    "path" => path = json.GetString()!,
                    "sha256" => hash = Convert.FromHexString(json.GetString()!),
                    _ => (object)(bytes = json.GetInt64()),
                };
            }
        }
    }

    private static void ReadNames(ref Utf8JsonReader json, List<string> names)
    {
        while (json.Read() && json.TokenType is not JsonTokenType.EndArray)
        {
            names.Add(json.GetString()!);
        }
    }
}
