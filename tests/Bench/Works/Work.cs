namespace Bench.Works;

/// <summary>A kind of load, what it prepares and what it compares.</summary>
internal abstract class Work(string name)
{
    public static IReadOnlyList<Work> All { get; } =
        [new Opens(), new Homes(), new Thumbnails(), new LargePictures(), new Photos(), new Voices(), new Creates(), new Growth()];

    /// <summary>What stands behind <c>--only</c>.</summary>
    public string Name { get; } = name;

    public abstract Task<List<Row>> RunAsync(Stage stage);
}
