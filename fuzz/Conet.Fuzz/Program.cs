using Conet.Fuzz.Command;
using Conet.Fuzz.Targets;

return await FuzzCommand.RunAsync(args, AllTargets.Create());
