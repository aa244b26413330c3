using Conet.Fuzz.Core;

namespace Conet.Fuzz.Targets;

/// <summary>Every target of this repository.</summary>
public static class AllTargets
{
    /// <summary>New instances, in the order of the list.</summary>
    public static IReadOnlyList<IFuzzTarget> Create() =>
    [
        new CellTarget(),
        new CellStreamTarget(),
        new EnvelopeTarget(),
        new SealOpenTarget(),
        new SealedEnvelopeTarget(),
        new SignatureTarget(),
        new MessageBodyTarget(),
        new FragmentBodyTarget(),
        new FragmentAckTarget(),
        new ReceiptBodyTarget(),
        new ReplyBlockTarget(),
        new ControlBodyTarget(),
        new FragmentAssemblerTarget(),
        new FragmentSenderTarget(),
        new ReplayMemoryTarget(),
        new AddressTextTarget(),
        new EndpointTextTarget(),
        new ForwarderTarget(),
        new LocalTableTarget(),
        new RlpTarget(),
        new AbiTarget(),
        new AbiTypeTarget(),
        new RegistryEventTarget(),
        new JsonRpcAnswerTarget(),
        new RpcResultTarget(),
        new MerkleProofTarget(),
        new SnapshotTarget(),
        new BucketTarget(),
        new SharedSnapshotTarget(),
        new ContractArtifactTarget(),
        new KeystoreTarget(),
        new PrekeyFileTarget(),
        new RouteAuthorizationTarget(),
        new NetworkFileTarget(),
        new NodeConfigTarget(),
        new HomeControlTarget(),
        new Canary(CanaryBug.Overread),
        new Canary(CanaryBug.Throw),
        new Canary(CanaryBug.Hang),
        new Canary(CanaryBug.Allocate),
        new Canary(CanaryBug.Misjudge),
    ];
}
