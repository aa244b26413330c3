using System.Security.Cryptography;
using Conet.Wire;
using Conet.Wire.Addresses;
using Conet.Wire.Bodies;
using Conet.Wire.Sealing;

namespace Conet.Client.Core;

/// <summary>Turns what the application asked for into a message on its way, or says why not.</summary>
internal static class OutgoingPlan
{
    public static SendStatus TryMake(
        ClientCore core,
        ConetClientOptions client,
        Destination to,
        ReadOnlySpan<byte> content,
        SendOptions options,
        IProgress<SendProgress>? progress,
        ulong nowMs,
        out OutgoingMessage? message)
    {
        message = null;
        SendStatus problem = TryResolve(client, to, nowMs, out Target target);
        if (problem != SendStatus.Sent)
            return problem;
        ClientAlias? alias = null;
        if (options.WantReceipt)
        {
            if (core.Attachments.Count == 0)
                return SendStatus.NotAttached;
            HomeAttachment home =
                core.Attachments.FirstOrDefault(each => each.IsAttached) ?? core.Attachments[0];
            alias = home.AliasFor(target.SignedTo, out _);
            if (alias is null)
                return SendStatus.Busy;
        }

        uint ttlSec = (uint)Math.Ceiling(options.Lifetime.TotalSeconds);
        ulong answerUntilMs = nowMs + (1000UL * ttlSec) + Limits.ClockSkewMs;
        ReplyBlock? block = alias?.CreateReplyBlock(answerUntilMs);
        byte[] body = new byte[MessageBody.SizeOf(block is not null, content.Length)];
        MessageBody.Write(block, options.WantReceipt, content, body);
        bool isLong = body.Length > EnvelopeLayout.BodyBytesMax;
        MessageId[] pieceIds = new MessageId[isLong ? FragmentBody.CountFor(body.Length) : 0];
        for (int i = 0; i < pieceIds.Length; i++)
            pieceIds[i] = MessageId.CreateRandom();
        message = new OutgoingMessage
        {
            Id = isLong ? pieceIds[0] : MessageId.CreateRandom(),
            Path = target.Path,
            Prekey = target.Prekey,
            SignedTo = target.SignedTo,
            ReceiptFrom = target.ReceiptFrom,
            Signer = options.Anonymous ? null : client.Wallet,
            Body = body,
            BodyHash = Keccak256.Hash(body),
            IssuedMs = nowMs,
            TtlSec = ttlSec,
            WantsReceipt = options.WantReceipt,
            Alias = alias,
            Progress = progress,
            Fragments = isLong ? new FragmentSender(pieceIds.Length) : null,
            GroupId = isLong ? DrawGroupId(core.Outbox) : 0,
            PieceIds = pieceIds,
        };
        return SendStatus.Sent;
    }

    private static uint DrawGroupId(Outbox outbox)
    {
        uint groupId;
        do
        {
            groupId = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
        }
        while (outbox.IsGroupTaken(groupId));
        return groupId;
    }

    private static SendStatus TryResolve(
        ConetClientOptions client, Destination to, ulong nowMs, out Target target)
    {
        target = default;
        if (to.ReplyBlock is { } block)
        {
            if (!block.IsLive(nowMs))
                return SendStatus.Expired;
            target = new Target([block.Alias], block.Key.ToArray(), block.Alias, null);
            return SendStatus.Sent;
        }

        Address wallet = to.WalletAddress;
        if (!client.Directory.TryGetRoute(wallet, out RouteInfo? route))
            return SendStatus.NoRoute;
        if (!route.IsSigned)
            return SendStatus.UnsignedRoute;
        if (route.Suite != FirstContactSeal.Suite)
            return SendStatus.UnusablePrekey;
        Address[] path = to.HomeNode.Value != 0
            ? [NodeAddress.Home(to.HomeNode, wallet)]
            : [wallet, .. route.Homes.Select(home => NodeAddress.Home(home, wallet))];
        target = new Target(path, route.Prekey.ToArray(), wallet, wallet);
        return SendStatus.Sent;
    }

    private readonly record struct Target(
        Address[] Path, byte[] Prekey, Address SignedTo, Address? ReceiptFrom);
}
