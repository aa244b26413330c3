namespace Conet.Routing.Mirror;

/// <summary>One request to one provider. Every ask is answered once, or failed once.</summary>
/// <param name="Provider">Index of the provider.</param>
/// <param name="Request">What to ask.</param>
/// <param name="Question">Which of the mirror's questions it belongs to; later ones have higher
/// numbers.</param>
/// <param name="AskedMs">When it was handed out. Milliseconds since 1970.</param>
public sealed record MirrorAsk(int Provider, MirrorRequest Request, long Question, ulong AskedMs);
