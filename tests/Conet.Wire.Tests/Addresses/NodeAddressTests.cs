using System.Buffers.Binary;
using Conet.Wire.Addresses;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Addresses;

/// <summary>
/// Addresses under a node from literal bytes: the hashes were computed elsewhere (hashlib's SHA-256,
/// noble-hashes' Keccak-256) from docs/SPEC.md, section 2.
/// </summary>
public sealed class NodeAddressTests
{
    private static readonly NodeId _node = new(0x01020304);
    private static readonly Address _walletOfKeyOne = Parse("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");

    private static Address Parse(string text)
    {
        Assert.True(Address.TryParseHex(text, out Address address));
        return address;
    }

    [Fact]
    public void A_nodes_own_address_is_its_id_and_zeros()
    {
        Assert.Equal("0x0102030400000000000000000000000000000000", NodeAddress.Own(_node).ToHex());
        Assert.True(NodeAddress.IsOwn(NodeAddress.Own(_node)));
        Assert.False(NodeAddress.IsOwn(default));
        Assert.False(NodeAddress.IsOwn(Parse("0x0102030400000000000000000000000000000001")));
        Assert.False(NodeAddress.IsOwn(_walletOfKeyOne));
    }

    [Theory]
    [InlineData(0x01020304u, "0x0102030444689819fa6696082d60466d5aa08a21")]
    [InlineData(0xFFFFFFFFu, "0xffffffff7dfa2ce51b0365cc1177462d1f0bef25")]
    public void A_home_address_is_the_specified_hash(uint id, string expected) =>
        Assert.Equal(expected, NodeAddress.Home(new NodeId(id), _walletOfKeyOne).ToHex());

    [Fact]
    public void An_alias_is_the_specified_hash()
    {
        byte[] counting = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        Assert.Equal(
            "0x010203044d0251996b7e151ac2d628f0e9edf0c4", NodeAddress.Alias(_node, counting).ToHex());
        byte[] ones = new byte[32];
        ones.AsSpan().Fill(0xFF);
        Assert.Equal(
            "0xffffffff24435c285ef4c8f5ce2647fb10e24226",
            NodeAddress.Alias(new NodeId(uint.MaxValue), ones).ToHex());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void An_alias_secret_of_another_length_is_misuse(int length) =>
        Assert.Throws<ArgumentException>(() => NodeAddress.Alias(_node, new byte[length]));

    [Fact]
    public void All_kinds_lie_under_their_node_and_differ() =>
        Property.Holds(
            from id in Property.BytesOf(4)
            from wallet in Property.BytesOf(Address.Size)
            from secret in Property.BytesOf(NodeAddress.SecretSize)
            select (id: BinaryPrimitives.ReadUInt32BigEndian(id), wallet: new Address(wallet), secret),
            input =>
            {
                NodeId id = new(input.id);
                Address home = NodeAddress.Home(id, input.wallet);
                Address alias = NodeAddress.Alias(id, input.secret);
                NodeId other = new(input.id ^ 1);
                return NodeAddress.NodeOf(home) == id
                    && NodeAddress.NodeOf(alias) == id
                    && NodeAddress.NodeOf(NodeAddress.Own(id)) == id
                    && NodeAddress.IsOwn(NodeAddress.Own(id)) == (input.id != 0)
                    && !NodeAddress.IsOwn(home) && !NodeAddress.IsOwn(alias) && home != alias
                    && Tail(home) != Tail(NodeAddress.Home(other, input.wallet))
                    && Tail(alias) != Tail(NodeAddress.Alias(other, input.secret));
            });

    private static string Tail(in Address address) => address.ToHex()[10..];
}
