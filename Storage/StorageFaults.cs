namespace Postcard.Storage;

/// <summary>The disk is full: nothing was changed, reads go on, writes resume when there is space.</summary>
internal sealed class StorageFullException(Exception? cause = null) : Exception("The disk is full.", cause);

/// <summary>The disk failed: nothing was changed, and the database is tried again until it answers.</summary>
internal sealed class StorageUnavailableException(Exception? cause = null) : Exception("The database is not available.", cause);

/// <summary>What was to be read is damaged, and is so when the files are opened anew. All else goes on.</summary>
internal sealed class StorageDamagedException(Exception? cause = null) : Exception("A part of the database cannot be read.", cause);

/// <summary>Too many reads and changes wait already; this one was not taken.</summary>
internal sealed class DatabaseBusyException() : Exception("The database is busy.");

/// <summary>Another process, or another part of this one, has the data directory open.</summary>
internal sealed class DataDirectoryInUseException(string directory, Exception cause)
    : Exception($"The data directory {directory} is in use by another server or command.", cause);

/// <summary>The files in the data directory do not belong together or are no database of ours; nothing was touched.</summary>
internal sealed class StorageMismatchException(string message) : Exception(message);
