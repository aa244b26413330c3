using System.Security.Cryptography;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Bodies.Control;
using Conet.Wire.Sealing;

namespace Conet.Client.Core;

/// <summary>An alias at one home, with the key that answers to it are sealed to.</summary>
internal sealed class ClientAlias : IDisposable
{
    public ClientAlias(NodeId home)
    {
        RandomNumberGenerator.Fill(Secret);
        Address = NodeAddress.Alias(home, Secret);
    }

    public byte[] Secret { get; } = new byte[AliasRegisterBody.SecretSize];

    public Address Address { get; }

    public SealKey Key { get; } = SealKey.Create();

    /// <summary>True once the home said that it is in force.</summary>
    public bool IsRegistered { get; set; }

    /// <summary>The one this alias is shown to: a wallet or another's alias. Null while it is free.</summary>
    public Address? Contact { get; set; }

    public ReplyBlock CreateReplyBlock(ulong expiresMs) => new(Address, Key.PublicKey, expiresMs);

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(Secret);
        Key.Dispose();
    }
}
