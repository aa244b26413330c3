using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Conet.Wire.Forwarding;

/// <summary>
/// An IP address of 16 bytes (IPv4 as IPv4-mapped IPv6) and a UDP port. A plain value without heap; the
/// default is [::]:0, which stands for none. Scope ids are not kept: link-local addresses are never sent to.
/// Source: docs/SPEC.md, sections 10 and 11; RFC 4291, section 2.5.5.2.
/// </summary>
public readonly struct UdpEndpoint : IEquatable<UdpEndpoint>
{
    /// <summary>Bytes of the address.</summary>
    public const int AddressSize = 16;

    private const ulong MappedPrefix = 0xFFFF_0000_0000;
    private const uint Nat64Prefix = 0x0064_FF9B;
    private const ulong LocalNat64Prefix = 0x0064_FF9B_0001;
    private const int TextCharsMax = 64;

    private static readonly SearchValues<char> _letters = SearchValues.Create("0123456789abcdefABCDEF.:[]");

    private readonly ulong _high;
    private readonly ulong _low;
    private readonly ushort _port;

    /// <summary>Reads an address of exactly 16 bytes in network order.</summary>
    /// <exception cref="ArgumentException">The span has another length.</exception>
    public UdpEndpoint(ReadOnlySpan<byte> address, ushort port)
    {
        if (address.Length != AddressSize)
            throw new ArgumentException($"An address has {AddressSize} bytes.", nameof(address));
        _high = BinaryPrimitives.ReadUInt64BigEndian(address);
        _low = BinaryPrimitives.ReadUInt64BigEndian(address[8..]);
        _port = port;
    }

    private UdpEndpoint(ulong high, ulong low, ushort port)
    {
        _high = high;
        _low = low;
        _port = port;
    }

    /// <summary>The port, 0 to 65 535.</summary>
    public ushort Port => _port;

    /// <summary>The first 8 bytes of the address as a big-endian number.</summary>
    public ulong AddressHigh => _high;

    /// <summary>The last 8 bytes of the address as a big-endian number.</summary>
    public ulong AddressLow => _low;

    /// <summary>True for an IPv4 address.</summary>
    public bool IsIPv4 => _high == 0 && (_low >> 32) == MappedPrefix >> 32;

    /// <summary>The IPv4 address as a big-endian number; the last 4 bytes, whatever the address is.</summary>
    public uint IPv4 => (uint)_low;

    /// <summary>[::], or IPv4 0.0.0.0/8 ("this network", RFC 1122).</summary>
    public bool IsUnspecified => IsIPv4 ? IPv4 >> 24 == 0 : (_high | _low) == 0;

    /// <summary>127.0.0.0/8 or ::1.</summary>
    public bool IsLoopback => IsIPv4 ? IPv4 >> 24 == 127 : _high == 0 && _low == 1;

    /// <summary>
    /// RFC 1918, RFC 6598 (100.64.0.0/10), RFC 4193 (fc00::/7), RFC 8215 (64:ff9b:1::/48, local
    /// translation to IPv4), and the old fec0::/10.
    /// </summary>
    public bool IsPrivate => IsIPv4
        ? IPv4 >> 24 == 10 || IPv4 >> 20 == 0xAC1 || IPv4 >> 16 == 0xC0A8 || IPv4 >> 22 == 0x191
        : _high >> 57 == 0x7E || _high >> 54 == 0x3FB || _high >> 16 == LocalNat64Prefix;

    /// <summary>169.254.0.0/16 or fe80::/10.</summary>
    public bool IsLinkLocal => IsIPv4 ? IPv4 >> 16 == 0xA9FE : _high >> 54 == 0x3FA;

    /// <summary>224.0.0.0/4 or ff00::/8.</summary>
    public bool IsMulticast => IsIPv4 ? IPv4 >> 28 == 0xE : _high >> 56 == 0xFF;

    /// <summary>255.255.255.255, or the reserved 240.0.0.0/4 around it.</summary>
    public bool IsBroadcast => IsIPv4 && IPv4 >> 28 == 0xF;

    /// <summary>From a .NET endpoint; a scope id is dropped.</summary>
    public static UdpEndpoint From(IPEndPoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return From(endpoint.Address, (ushort)endpoint.Port);
    }

    /// <summary>From a .NET address and a port.</summary>
    public static UdpEndpoint From(IPAddress address, ushort port)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[AddressSize];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            address.TryWriteBytes(bytes, out _);
            return FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes), port);
        }

        address.TryWriteBytes(bytes, out _);
        return new UdpEndpoint(bytes, port);
    }

    /// <summary>From an IPv4 address as a big-endian number: 0x7F000001 is 127.0.0.1.</summary>
    public static UdpEndpoint FromIPv4(uint address, ushort port) => new(0, MappedPrefix | address, port);

    /// <summary>
    /// Reads "192.0.2.1:4000" or "[2001:db8::1]:4000". Port 1 to 65 535, without leading zeros; no host
    /// names, scope ids or short IPv4.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UdpEndpoint endpoint)
    {
        endpoint = default;
        // The platform's parser takes scope ids, and skips zero characters after the port.
        if (text.Length > TextCharsMax || text.ContainsAnyExcept(_letters))
            return false;
        if (!IPEndPoint.TryParse(text, out IPEndPoint? parsed) || parsed.Port == 0)
            return false;
        if (parsed.AddressFamily == AddressFamily.InterNetwork && !text.SequenceEqual(parsed.ToString()))
            return false;
        if (parsed.AddressFamily == AddressFamily.InterNetworkV6 && text[0] != '[')
            return false;
        if (text[text.LastIndexOf(':') + 1] == '0')
            return false;
        endpoint = From(parsed);
        return true;
    }

    /// <summary>The address and port as .NET has them; IPv4 as IPv4. Allocates.</summary>
    public IPEndPoint ToIPEndPoint() => new(ToIPAddress(), _port);

    /// <summary>The address as .NET has it; IPv4 as IPv4. Allocates.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[AddressSize];
        CopyAddressTo(bytes);
        return new IPAddress(IsIPv4 ? bytes[12..] : bytes);
    }

    /// <summary>Writes the 16 bytes of the address; the span may be longer.</summary>
    public void CopyAddressTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
    }

    /// <summary>
    /// True if a node must never send there, whatever a record says: port 0, unspecified, multicast,
    /// broadcast, link-local, and, unless the chain is a development chain, loopback and private. An IPv4
    /// address inside NAT64 (64:ff9b::/96) or 6to4 (2002::/16) is judged as itself.
    /// </summary>
    /// <param name="developmentChain">Whether loopback and private addresses may be sent to.</param>
    public bool IsForbiddenTarget(bool developmentChain)
    {
        if (_port == 0 || IsUnspecified || IsMulticast || IsBroadcast || IsLinkLocal)
            return true;
        if (!developmentChain && (IsLoopback || IsPrivate))
            return true;
        if (IsIPv4)
            return false;
        if (_high == (ulong)Nat64Prefix << 32 && _low >> 32 == 0)
            return FromIPv4((uint)_low, _port).IsForbiddenTarget(developmentChain);
        if (_high >> 48 == 0x2002)
            return FromIPv4((uint)(_high >> 16), _port).IsForbiddenTarget(developmentChain);
        return _high == 0 && _low >> 32 == 0 && !IsLoopback;
    }

    /// <inheritdoc/>
    public bool Equals(UdpEndpoint other) =>
        _high == other._high && _low == other._low && _port == other._port;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is UdpEndpoint other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low, _port);

    /// <summary>"192.0.2.1:4000" or "[2001:db8::1]:4000", as <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => ToIPEndPoint().ToString();

    /// <summary>Same address and port.</summary>
    public static bool operator ==(UdpEndpoint left, UdpEndpoint right) => left.Equals(right);

    /// <summary>Not the same address and port.</summary>
    public static bool operator !=(UdpEndpoint left, UdpEndpoint right) => !left.Equals(right);
}
