return Conet.Bench.BenchCommand.Run(args, Console.Out, Console.Error);
