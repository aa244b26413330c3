return await Conet.Host.Commands.ConetProgram.RunAsync(args);
