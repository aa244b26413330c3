using System.Numerics;
using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>A value of an <see cref="AbiType"/>. Arrays handed in or out are shared, not copied.</summary>
public abstract class AbiValue
{
    private protected AbiValue()
    {
    }

    /// <summary>A number of an int or uint type.</summary>
    public sealed class Number(BigInteger value) : AbiValue
    {
        /// <summary>The number.</summary>
        public BigInteger Value { get; } = value;
    }

    /// <summary>An address.</summary>
    public sealed class Account(Address value) : AbiValue
    {
        /// <summary>The address.</summary>
        public Address Value { get; } = value;
    }

    /// <summary>A boolean.</summary>
    public sealed class Boolean(bool value) : AbiValue
    {
        /// <summary>The boolean.</summary>
        public bool Value { get; } = value;
    }

    /// <summary>Bytes of a fixed or a dynamic byte string.</summary>
    public sealed class Blob(byte[] value) : AbiValue
    {
        /// <summary>The bytes.</summary>
        public byte[] Value { get; } = value;
    }

    /// <summary>Text of a string.</summary>
    public sealed class Text(string value) : AbiValue
    {
        /// <summary>The text.</summary>
        public string Value { get; } = value;
    }

    /// <summary>Elements of an array, or members of a tuple in order.</summary>
    public sealed class Sequence(AbiValue[] items) : AbiValue
    {
        /// <summary>The items.</summary>
        public AbiValue[] Items { get; } = items;
    }
}
