using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Conet.LoadGen.Cells;
using Conet.Wire;
using Conet.Wire.Addresses;
using Conet.Wire.Sockets;

namespace Conet.LoadGen.Tools;

/// <summary>What a tool was started with. Immutable.</summary>
internal sealed record ToolOptions
{
    private const int HopsMax = 65_536;
    private const int SourcesMax = 65_536;
    private const int RoutesMax = 100_000_000;

    public int Routes { get; private init; } = 1_000_000;

    public int Hops { get; private init; } = 1;

    public ulong Seed { get; private init; } = 1;

    public int Sources { get; private init; } = 1;

    public int Train { get; private init; } = Limits.TrainCellsMax;

    public CellSocketKind Kind { get; private init; } = CellSocketKind.Auto;

    public IPAddress From { get; private init; } = IPAddress.Any;

    public IPAddress HopBase { get; private init; } = IPAddress.Any;

    public Address? Only { get; private init; }

    /// <summary>Interfaces of an XDP program, joined by commas; empty for none.</summary>
    public string Xdp { get; private init; } = string.Empty;

    public IPEndPoint? To { get; private init; }

    public IPEndPoint? TurnPeer { get; private init; }

    public IPEndPoint? At { get; private init; }

    public IPEndPoint? Node { get; private init; }

    public IPEndPoint? Next { get; private init; }

    /// <summary>The routes that all tools of a run share.</summary>
    public LoadRoutes LoadRoutes => new(Seed, Routes, Hops) { Only = Only };

    /// <summary>Reads "--name value" pairs; a problem in a line if they make no sense.</summary>
    public static bool TryParse(
        ReadOnlySpan<string> arguments, out ToolOptions options, [NotNullWhen(false)] out string? problem)
    {
        options = new ToolOptions();
        problem = null;
        for (int index = 0; index < arguments.Length; index += 2)
        {
            string name = arguments[index];
            if (index + 1 == arguments.Length)
                problem = $"{name} needs a value";
            else if (options.With(name, arguments[index + 1]) is { } changed)
                options = changed;
            else
                problem = $"{name} {arguments[index + 1]} makes no sense; see --help";
            if (problem is not null)
                return false;
        }

        return true;
    }

    /// <summary>An endpoint that the tool cannot do without.</summary>
    public static IPEndPoint Need(IPEndPoint? endpoint, string name) =>
        endpoint ?? throw new ToolException($"{name} IP:PORT is missing");

    private static bool TryNumber(string text, int max, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number >= 1 && number <= max;

    private ToolOptions? With(string name, string value)
    {
        IPEndPoint? endpoint = IPEndPoint.TryParse(value, out IPEndPoint? parsed) ? parsed : null;
        IPAddress? address = IPAddress.TryParse(value, out IPAddress? ip) ? ip : null;
        return name switch
        {
            "--routes" when TryNumber(value, RoutesMax, out int routes) => this with { Routes = routes },
            "--hops" when TryNumber(value, HopsMax, out int hops) => this with { Hops = hops },
            "--sources" when TryNumber(value, SourcesMax, out int sources) => this with { Sources = sources },
            "--train" when TryNumber(value, Limits.TrainCellsMax, out int cells) =>
                this with { Train = cells },
            "--seed" when ulong.TryParse(value, out ulong seed) => this with { Seed = seed },
            "--address" when Address.TryParseHex(value, out Address only) =>
                this with { Only = only },
            "--kind" when Enum.TryParse(value, out CellSocketKind kind) => this with { Kind = kind },
            "--xdp" => this with { Xdp = value },
            "--from" when address is not null => this with { From = address },
            "--hop-base" when address is not null => this with { HopBase = address },
            "--to" when endpoint is not null => this with { To = endpoint },
            "--turn" when endpoint is not null => this with { TurnPeer = endpoint },
            "--at" when endpoint is not null => this with { At = endpoint },
            "--node" when endpoint is not null => this with { Node = endpoint },
            "--next" when endpoint is not null => this with { Next = endpoint },
            _ => null,
        };
    }
}
