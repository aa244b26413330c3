namespace Conet.Host.Tests.Commands;

/// <summary>Tests that start whole networks run one after another: the machine has few cores.</summary>
[CollectionDefinition("conet up", DisableParallelization = true)]
public sealed class UpCollection;
