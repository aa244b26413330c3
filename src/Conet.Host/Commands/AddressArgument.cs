using Conet.Wire.Addresses;

namespace Conet.Host.Commands;

/// <summary>What a user typed where an address is meant: the address, or what is wrong with it.</summary>
internal static class AddressArgument
{
    private const int Digits = 2 * Address.Size;

    /// <summary>The address of a wallet kept here, or the one that the text is.</summary>
    /// <exception cref="CommandException">It is neither; one line says why.</exception>
    public static Address Read(WalletStore store, string text) =>
        store.TryResolve(text, out Address address)
            ? address
            : throw new CommandException(ExitCode.Usage, $"{text}: {Problem(text)}");

    private static string Problem(string text)
    {
        if (!text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return "is no address, and no wallet kept here; see: conet wallet show";
        ReadOnlySpan<char> digits = text.AsSpan(2);
        int wrong = digits.IndexOfAnyExcept("0123456789abcdefABCDEF");
        if (wrong >= 0)
            return $"is no address: '{digits[wrong]}' is no hex digit";
        if (digits.Length != Digits)
            return $"is no address: it has {digits.Length} hex digits after 0x, an address has {Digits}";
        return "is no address: its capital letters are a checksum (EIP-55), and it does not fit; "
            + "one or more digits are mistyped";
    }
}
