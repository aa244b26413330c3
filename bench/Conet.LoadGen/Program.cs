return Conet.LoadGen.LoadGenCommand.Run(args, Console.In, Console.Out, Console.Error);
