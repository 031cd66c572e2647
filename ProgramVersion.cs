using System.Reflection;

namespace Postcard;

internal static class ProgramVersion
{
    /// <summary>Such as <c>1.0.0</c>, without the commit that the SDK adds behind a plus.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
