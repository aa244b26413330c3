using Conet.Wire.Addresses;

namespace Conet.Routing.Chain;

/// <summary>
/// Puts a new pair of registries on a chain. They take no arguments, know no owner and do not know each
/// other.
/// </summary>
public static class RegistryDeployment
{
    /// <summary>
    /// Creates both registries and asks each for its event count, so that only working ones are returned.
    /// </summary>
    /// <param name="sender">Pays; gets no rights by it.</param>
    /// <param name="nodeRegistryBytecode">Creation code, see <see cref="ContractArtifact"/>.</param>
    /// <param name="routeRegistryBytecode">Creation code.</param>
    /// <param name="cancellation">Stops waiting; what was sent by then stays sent.</param>
    public static async Task<RpcResult<DeployedRegistries>> DeployAsync(
        TransactionSender sender,
        ReadOnlyMemory<byte> nodeRegistryBytecode,
        ReadOnlyMemory<byte> routeRegistryBytecode,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sender);
        RpcResult<(Address Contract, ulong Block)> nodes =
            await CreateAsync(sender, nodeRegistryBytecode, cancellation).ConfigureAwait(false);
        if (!nodes.IsSuccess) return nodes.Cast<DeployedRegistries>();
        RpcResult<(Address Contract, ulong Block)> routes =
            await CreateAsync(sender, routeRegistryBytecode, cancellation).ConfigureAwait(false);
        if (!routes.IsSuccess) return routes.Cast<DeployedRegistries>();

        RpcResult<ulong> nodeEvents = await new NodeRegistryContract(nodes.Value.Contract)
            .GetEventCountAsync(sender.Provider, BlockId.Latest, cancellation).ConfigureAwait(false);
        if (!nodeEvents.IsSuccess) return nodeEvents.Cast<DeployedRegistries>();
        RpcResult<ulong> routeEvents = await new RouteRegistryContract(routes.Value.Contract)
            .GetEventCountAsync(sender.Provider, BlockId.Latest, cancellation).ConfigureAwait(false);
        if (!routeEvents.IsSuccess) return routeEvents.Cast<DeployedRegistries>();
        return RpcResult<DeployedRegistries>.Ok(new DeployedRegistries(
            nodes.Value.Contract, routes.Value.Contract, Math.Min(nodes.Value.Block, routes.Value.Block)));
    }

    private static async Task<RpcResult<(Address Contract, ulong Block)>> CreateAsync(
        TransactionSender sender, ReadOnlyMemory<byte> bytecode, CancellationToken cancellation)
    {
        RpcResult<TransactionReceipt> sent =
            await sender.SendAsync(to: null, bytecode, UInt256.Zero, cancellation).ConfigureAwait(false);
        if (!sent.IsSuccess) return sent.Cast<(Address, ulong)>();
        return TransactionSender.TryGetContract(sent.Value, out Address contract)
            ? RpcResult<(Address, ulong)>.Ok((contract, sent.Value.BlockNumber))
            : RpcResult<(Address, ulong)>.Fail(
                RpcErrorKind.Malformed,
                $"{sender.Provider.Name}: the receipt of a creation names no contract");
    }
}
