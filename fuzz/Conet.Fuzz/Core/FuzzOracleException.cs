namespace Conet.Fuzz.Core;

/// <summary>The code under test did not crash, but what it said is wrong.</summary>
public sealed class FuzzOracleException : Exception
{
    /// <summary>Says what is wrong.</summary>
    public FuzzOracleException(string message)
        : base(message)
    {
    }

    /// <summary>Throws with that message unless the condition holds.</summary>
    public static void Check(bool holds, string broken)
    {
        if (!holds)
            throw new FuzzOracleException(broken);
    }
}
