using Conet.Wire.Native;
using FsCheck.Fluent;

namespace Conet.Wire.Tests.Native;

/// <summary>The table of fingerprints against a dictionary, and its widths against the scalar one.</summary>
public sealed class FingerprintLinesTests
{
    [Fact]
    public void Every_width_finds_the_slots_that_the_scalar_one_finds() => Property.Holds(
        from seed in Gen.Choose(0, int.MaxValue - 1) select seed,
        seed =>
        {
            Random random = new(seed);
            ulong[] line = new ulong[8];
            for (int word = 0; word < line.Length; word++)
                line[word] = (ulong)random.NextInt64(3) << (random.Next(2) * 63);
            ulong print = line[random.Next(line.Length)];
            return FingerprintLines.Match(line, print)
                == FingerprintLines.MatchScalar(line.AsSpan(0, FingerprintLines.Slots), print);
        });

    [Fact]
    public void A_table_as_full_as_it_gets_finds_what_was_inserted_and_nothing_else() => Property.Holds(
        from seed in Gen.Choose(0, int.MaxValue - 1) select seed,
        seed =>
        {
            Random random = new(seed);
            int lineCount = random.Next(1, 40);
            FingerprintLines lines = new(lineCount);
            Dictionary<ulong, (ulong Place, uint Value)> twin = [];
            int tries = random.Next((lineCount * FingerprintLines.Slots) + 3);
            int refused = 0;
            for (int i = 0; i < tries; i++)
            {
                ulong place = random.Next(3) == 0 ? uint.MaxValue : (ulong)random.NextInt64() << 1;
                ulong print = 1 + (ulong)random.NextInt64();
                uint value = (uint)random.Next();
                if (lines.TryInsert(place, print, value))
                    twin.Add(print, (place, value));
                else
                    refused++;
            }

            return refused == 0 && twin.All(entry =>
                lines.TryFind(entry.Value.Place, entry.Key, out uint value, out _)
                && value == entry.Value.Value
                && !lines.TryFind(entry.Value.Place, entry.Key + 1, out _, out _));
        },
        cases: 2_000);

    [Fact]
    public void A_fingerprint_that_is_there_or_finds_no_room_is_refused_and_marks_its_line()
    {
        FingerprintLines lines = new(2);
        const ulong Last = uint.MaxValue;
        Assert.True(lines.TryInsert(0, 7, 70));
        Assert.True(lines.TryFind(0, 7, out uint value, out bool isMarked));
        Assert.Equal(70u, value);
        Assert.False(isMarked);

        Assert.False(lines.TryInsert(0, 7, 71));
        Assert.True(lines.TryFind(0, 7, out value, out isMarked));
        Assert.Equal(70u, value);
        Assert.True(isMarked);
        Assert.False(lines.TryFind(Last, 7, out _, out isMarked));
        Assert.False(isMarked);

        const ulong Room = FingerprintLines.WalkMax * FingerprintLines.Slots;
        for (ulong print = 8; print < 8 + Room; print++)
            Assert.True(lines.TryInsert(Last, print, (uint)print));
        Assert.False(lines.TryInsert(Last, 8 + Room, 17));
        Assert.False(lines.TryFind(Last, 8 + Room, out _, out isMarked));
        Assert.True(isMarked);
    }

    [Fact]
    public void A_walk_ends_though_every_line_is_full()
    {
        const int Lines = 3 * FingerprintLines.WalkMax;
        FingerprintLines lines = new(Lines);
        const uint Room = FingerprintLines.WalkMax * FingerprintLines.Slots;
        for (uint print = 1; print <= Room; print++)
            Assert.True(lines.TryInsert(0, print, print));
        Assert.False(lines.TryInsert(0, Room + 1, 0));
        Assert.False(lines.TryFind(0, Room + 1, out _, out bool isMarked));
        Assert.True(isMarked);
        Assert.True(lines.TryFind(0, Room, out uint last, out _));
        Assert.Equal(Room, last);
    }

    [Fact]
    public void Marks_of_many_threads_are_all_kept()
    {
        const int Lines = 1_000;
        FingerprintLines lines = new(Lines);
        Parallel.For(0, 8, thread =>
        {
            for (int line = 0; line < Lines; line++)
                lines.Mark(PlaceOf(line));
        });
        for (int line = 0; line < Lines; line++)
        {
            lines.TryFind(PlaceOf(line), 1, out _, out bool isMarked);
            Assert.True(isMarked);
        }

        static ulong PlaceOf(int line) => (((ulong)line << 32) / Lines) + (uint.MaxValue / Lines / 2);
    }

    [Fact]
    public void No_table_is_without_a_line() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FingerprintLines(0));
}
