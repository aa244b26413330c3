Console.WriteLine("conet");
