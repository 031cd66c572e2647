namespace Postcard.Storage;

// Stand-ins: the storage engine brings both in StorageFaults.cs; this file goes when it is merged.
internal sealed class DataDirectoryInUseException(string directory, Exception cause) : Exception(directory, cause);

internal sealed class StorageMismatchException(string message) : Exception(message);
