using System.Text.Json;
using Conet.Routing.Chain;
using Conet.Wire.Addresses;
using Conet.Wire.Tests.Golden;

namespace Conet.Routing.Tests.Golden;

/// <summary>
/// Logs of both registries and the rolling hash after each; every log is read back by the code under test.
/// </summary>
internal static class GoldenEvents
{
    private const uint Seed = 5100;

    public static void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("rollingHashes");
        WriteHistory(json, "the RouteRegistry", Routes());
        WriteHistory(json, "the NodeRegistry", Nodes());
        json.WriteEndArray();
    }

    private static IEnumerable<GoldenEvent> Routes()
    {
        foreach (GoldenRoute route in GoldenRoutesFile.Routes.Take(3))
            yield return OfRoute(route.Wallet, route.Prekey, route.Packed.ToUInt256(), route.Signature);
        GoldenRoute first = GoldenRoutesFile.Routes[0];
        yield return OfRoute(first.Wallet, default, PackedRoute.ClearedWord(first.Epoch), default);
        GoldenRoute again = first with { Epoch = first.Epoch + 1 };
        yield return OfRoute(again.Wallet, again.Prekey, again.Packed.ToUInt256(), default);
    }

    private static GoldenEvent OfRoute(
        Address wallet, Bytes32 prekey, UInt256 packed, CompactSignature signature) => new(
        RouteChanged.Topic,
        Right(Bytes(wallet)),
        [
            .. prekey.ToArray(), .. packed.ToBytes32().ToArray(), .. signature.R.ToArray(),
            .. signature.Vs.ToArray(),
        ],
        json =>
        {
            json.WriteString("event", "RouteChanged");
            json.Hex("wallet", Bytes(wallet));
            json.Hex("prekey", prekey.ToArray());
            json.Hex("packed", packed.ToBytes32().ToArray());
            json.Hex("r", signature.R.ToArray());
            json.Hex("vs", signature.Vs.ToArray());
        });

    private static IEnumerable<GoldenEvent> Nodes()
    {
        yield return OfNode(1, "00000000000000000000ffffc0000201", 47_000, 47_001, 1, 0);
        yield return OfNode(2, "20010db8000000000000000000000001", 1, 65_535, 1, 1_000_000_000_000_000_000);
        yield return OfNode(1, "00000000000000000000ffffc0000201", 47_000, 47_001, 2, 0);
        yield return OfNode(
            uint.MaxValue, "ffffffffffffffffffffffffffffffff", 65_535, 65_535, 3, UInt128.MaxValue);
    }

    private static GoldenEvent OfNode(
        uint id, string ip, ushort clientPort, ushort nodePort, byte state, UInt128 bond)
    {
        GoldenSeed seed = new(Seed + (id % 1000));
        byte[] owner = seed.Draw("operator", 20), signer = seed.Draw("signer", 20);
        byte[] link = seed.Draw("linkKey", 32), sealKey = seed.Draw("sealKey", 32);
        byte[] descriptor = seed.Draw("descriptorHash", 32);
        byte[] address = Convert.FromHexString(ip);
        return new GoldenEvent(
            NodeChanged.Topic,
            Word(id),
            [
                .. Right(owner), .. Right(signer), .. link, .. sealKey, .. address, .. new byte[16],
                .. Word(clientPort), .. Word(nodePort), .. descriptor, .. Word(7), .. Word(state),
                .. Word(bond),
            ],
            json =>
            {
                json.WriteString("event", "NodeChanged");
                json.WriteNumber("nodeId", id);
                json.Hex("operator", owner);
                json.Hex("signer", signer);
                json.Hex("linkKey", link);
                json.Hex("sealKey", sealKey);
                json.Hex("ip", address);
                json.WriteNumber("clientPort", clientPort);
                json.WriteNumber("nodePort", nodePort);
                json.Hex("descriptorHash", descriptor);
                json.WriteNumber("descriptorVersion", 7);
                json.WriteNumber("state", state);
                json.WriteString("bond", bond.ToString(System.Globalization.CultureInfo.InvariantCulture));
            });
    }

    private static void WriteHistory(Utf8JsonWriter json, string name, IEnumerable<GoldenEvent> events)
    {
        Bytes32 hash = default;
        ulong sequence = 0;
        json.WriteStartObject();
        json.WriteString("name", name);
        json.List("events", events, change =>
        {
            sequence++;
            byte[] data = [.. Word(sequence), .. change.DataAfterSequence];
            Bytes32 topic = new(change.Topic);
            Assert.True(
                RegistryEvent.TryRead([change.Signature, topic], data, out RegistryEvent? read, out _));
            Assert.Equal(sequence, read.Sequence);
            hash = EventsHash.Next(hash, sequence, topic, data);
            json.WriteNumber("seq", sequence);
            change.Fields(json);
            json.Hex("topic", change.Topic);
            json.Hex("data", data);
            json.Hex("eventsHash", hash.ToArray());
        });
        json.WriteEndObject();
    }

    private static byte[] Bytes(in Address address)
    {
        byte[] bytes = new byte[Address.Size];
        address.CopyTo(bytes);
        return bytes;
    }

    private static byte[] Word(UInt128 value) => ((UInt256)value).ToBytes32().ToArray();

    private static byte[] Right(byte[] bytes) => [.. new byte[32 - bytes.Length], .. bytes];

    private sealed record GoldenEvent(
        Bytes32 Signature, byte[] Topic, byte[] DataAfterSequence, Action<Utf8JsonWriter> Fields);
}
