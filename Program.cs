using Postcard.Commands;
using Postcard.Media;

NativeMemory.LimitArenas();
using var signals = new Signals();
return await CommandLine.RunAsync(args, Surroundings.OfProcess(), signals.Stop);
