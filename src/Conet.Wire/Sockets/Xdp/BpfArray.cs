namespace Conet.Wire.Sockets;

/// <summary>
/// An array of 64-bit words that a BPF program and this process share in memory: a word is written and read
/// at once. Any thread. After <see cref="Dispose"/> the words stay readable, and no program reads them.
/// </summary>
internal sealed unsafe class BpfArray : IDisposable
{
    private readonly nuint _bytes;
    private readonly ulong* _words;

    public BpfArray(string name, int count)
    {
        Descriptor = LinuxBpf.CreateMap(
            name, LinuxBpf.MapTypeArray, sizeof(uint), sizeof(ulong), count, LinuxBpf.Mappable);
        if (Descriptor < 0)
            throw XdpForwarder.Refusal($"map {name}", -Descriptor);
        nuint page = (nuint)Environment.SystemPageSize;
        _bytes = (((nuint)count * sizeof(ulong)) + page - 1) / page * page;
        _words = LinuxBpf.MapArray(Descriptor, _bytes);
        Count = count;
        if (_words is not null)
            return;
        Dispose();
        throw new XdpException($"xdp: map {name} cannot be shared with this process; Linux 5.9 is needed");
    }

    ~BpfArray()
    {
        if (_words is not null)
            LinuxBpf.UnmapArray(_words, _bytes);
    }

    public int Descriptor { get; private set; }

    public int Count { get; }

    public ulong this[int index]
    {
        get => Volatile.Read(ref *At(index));
        set => Volatile.Write(ref *At(index), value);
    }

    public void Dispose()
    {
        if (Descriptor >= 0)
            LinuxCalls.Close(Descriptor);
        Descriptor = -1;
    }

    private ulong* At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _words + index;
    }
}
