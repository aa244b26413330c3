using Conet.Routing.Chain;

namespace Conet.Routing.Mirror;

/// <summary>What came of an ask: an answer or a fault.</summary>
/// <param name="Ask">The ask.</param>
/// <param name="Answer">The answer; null if it failed.</param>
/// <param name="Fault">Why it failed; null if it did not.</param>
internal readonly record struct MirrorReply(MirrorAsk Ask, MirrorAnswer? Answer, RpcFault? Fault);
