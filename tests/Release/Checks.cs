using System.Runtime.CompilerServices;

namespace Release;

internal sealed class CheckFailedException(string message) : Exception(message);

internal static class Checks
{
    public static void That(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new CheckFailedException(otherwise);
        }
    }

    public static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string what = "") =>
        That(EqualityComparer<T>.Default.Equals(expected, actual), $"{what} is {actual}, not {expected}");

    public static void Passed(string what) => Console.WriteLine($"  ok  {what}");
}
