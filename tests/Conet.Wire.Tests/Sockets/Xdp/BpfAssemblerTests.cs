using Conet.Wire.Sockets;
using static Conet.Wire.Sockets.BpfRegister;

namespace Conet.Wire.Tests.Sockets;

/// <summary>Instructions against bytes taken by hand from RFC 9669.</summary>
public sealed class BpfAssemblerTests
{
    [Fact]
    public void Arithmetic_and_moves()
    {
        Assert.Equal("bf16000000000000", Hex(code => code.Operate(BpfOperation.Move, R6, R1)));
        Assert.Equal("b7000000ffffffff", Hex(code => code.Operate(BpfOperation.Move, R0, -1)));
        Assert.Equal("07010000b2040000", Hex(code => code.Operate(BpfOperation.Add, R1, 1202)));
        Assert.Equal("0f21000000000000", Hex(code => code.Operate(BpfOperation.Add, R1, R2)));
        Assert.Equal("2f21000000000000",
            Hex(code => code.Operate(BpfOperation.Multiply, R1, R2)));
        Assert.Equal("57010000ffff0000", Hex(code => code.Operate(BpfOperation.And, R1, 0xFFFF)));
        Assert.Equal("6703000008000000", Hex(code => code.Operate(BpfOperation.ShiftLeft, R3, 8)));
        Assert.Equal("7702000010000000",
            Hex(code => code.Operate(BpfOperation.ShiftRight, R2, 16)));
        Assert.Equal("a7010000ffff0000", Hex(code => code.Operate(BpfOperation.Xor, R1, 0xFFFF)));
        Assert.Equal("bc11000000000000", Hex(code => code.Truncate(R1)));
        Assert.Equal("dc01000020000000", Hex(code => code.FromNetworkOrder(R1)));
    }

    [Fact]
    public void Loads_and_stores()
    {
        Assert.Equal("6162040000000000",
            Hex(code => code.Read(BpfWidth.Bits32, R2, R6, 4)));
        Assert.Equal("71710e0000000000",
            Hex(code => code.Read(BpfWidth.Bits8, R1, R7, 14)));
        Assert.Equal("69710c0000000000",
            Hex(code => code.Read(BpfWidth.Bits16, R1, R7, 12)));
        Assert.Equal("7908000000000000",
            Hex(code => code.Read(BpfWidth.Bits64, R8, R0, 0)));
        Assert.Equal("631afcff00000000",
            Hex(code => code.Write(BpfWidth.Bits32, Frame, -4, R1)));
        Assert.Equal("7b10000000000000",
            Hex(code => code.Write(BpfWidth.Bits64, R0, 0, R1)));
        Assert.Equal("620afcff05000000",
            Hex(code => code.Write(BpfWidth.Bits32, Frame, -4, 5)));
        Assert.Equal("6a07280000000000",
            Hex(code => code.Write(BpfWidth.Bits16, R7, 40, 0)));
        Assert.Equal("720aa0ff02000000",
            Hex(code => code.Write(BpfWidth.Bits8, Frame, -96, 2)));
    }

    [Fact]
    public void Constants_maps_calls_and_the_end()
    {
        Assert.Equal("1802000078563412" + "00000000f0debc9a",
            Hex(code => code.Constant(R2, 0x9ABC_DEF0_1234_5678)));
        Assert.Equal("1811000007000000" + "0000000000000000", Hex(code => code.Map(R1, 7)));
        Assert.Equal("8500000045000000", Hex(code => code.Call(BpfFunction.FibLookup)));
        Assert.Equal("9500000000000000", Hex(code => code.Exit()));
    }

    [Fact]
    public void Jumps_count_the_instructions_between()
    {
        string code = Hex(code =>
        {
            BpfLabel end = code.Label();
            code.JumpIf(R1, BpfCondition.Greater, R2, end);
            code.JumpIf32(R1, BpfCondition.NotEqual, 0xFFFFFFFF, end);
            code.Constant(R3, 0);
            code.JumpIf(R0, BpfCondition.Equal, 0, end);
            code.Jump(end);
            code.Bind(end);
            code.Exit();
        });
        Assert.Equal(
            "2d21050000000000" + "56010400ffffffff" + "18030000000000000000000000000000"
                + "1500010000000000" + "0500000000000000" + "9500000000000000",
            code);
    }

    [Fact]
    public void A_jump_back_or_to_nowhere_is_refused()
    {
        BpfAssembler back = new();
        BpfLabel start = back.Label();
        back.Bind(start);
        back.Exit();
        back.Jump(start);
        Assert.Throws<InvalidOperationException>(back.Assemble);
        Assert.Throws<InvalidOperationException>(() => back.Bind(start));

        BpfAssembler nowhere = new();
        nowhere.Jump(nowhere.Label());
        Assert.Throws<InvalidOperationException>(nowhere.Assemble);
    }

    private static string Hex(Action<BpfAssembler> write)
    {
        BpfAssembler code = new();
        write(code);
        return Convert.ToHexStringLower(code.Assemble());
    }
}
