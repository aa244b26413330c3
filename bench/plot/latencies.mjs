// Percentiles of latency: a bar from the 50th to the 99th, a tick at the 99.9th, on one logarithmic scale.
import { duration } from './format.mjs';
import { colourOf, kindsOf } from './kinds.mjs';
import {
  FAINT, GRID, INK, MARGIN, WIDTH, bar, legend, line, logScale, picture, round, text,
} from './svg.mjs';

const LABEL_WIDTH = 120;
const VALUE_WIDTH = 130;
const TOP = 76;
const GROUP_HEAD = 34;
const BAR = 12;
const STEP = 22;
const LEGEND = 48;

/** @param {{title: string, groups: {title: string, bars: {variant: string, times: number[]}[]}[]}} chart */
export function latencyChart({ title, groups }) {
  const left = MARGIN + LABEL_WIDTH;
  const all = groups.flatMap(({ bars }) => bars.flatMap(({ times }) => times.filter((time) => time > 0)));
  const { place, ticks } = logScale(all, left, WIDTH - MARGIN - VALUE_WIDTH);
  const bottom = TOP + groups.reduce((sum, { bars }) => sum + GROUP_HEAD + bars.length * STEP, 0);
  const note = 'bar: 50th to 99th percentile; tick: 99.9th; from the generator\'s send to the sink';
  const parts = [text(MARGIN, 56, note, { colour: FAINT })];
  for (const tick of ticks) parts.push(line(place(tick), TOP, place(tick), bottom + 4, GRID));
  let y = TOP;
  for (const group of groups) {
    parts.push(text(MARGIN, y + 22, group.title, { weight: 600, size: 14 }));
    y += GROUP_HEAD;
    for (const { variant, times: [p50, p99, p999] } of group.bars) {
      const [from, to, tail] = [place(p50), place(p99), place(p999)];
      const middle = y + BAR / 2;
      const weight = variant.startsWith('conet-') ? 600 : 400;
      const words = `${duration(p50 * 1e3)} / ${duration(p99 * 1e3)}`;
      parts.push(
        text(left - 10, middle + 4, variant, { anchor: 'end', weight }),
        line(to, middle, tail, middle, FAINT),
        line(tail, y, tail, y + BAR, INK, { width: 1.5 }),
        bar(from, y, Math.max(3, to - from), BAR, colourOf(variant)),
        text(round(Math.max(to, tail)) + 8, middle + 4, words, { size: 12 }),
      );
      y += STEP;
    }
  }
  for (const tick of ticks) {
    const words = duration(tick * 1e3);
    parts.push(text(round(place(tick)), bottom + 18, words, { anchor: 'middle', colour: FAINT, size: 12 }));
  }
  const variants = groups.flatMap(({ bars }) => bars.map(({ variant }) => variant));
  parts.push(...legend(kindsOf(variants), bottom + LEGEND - 6));
  return picture(title, bottom + LEGEND + 8, parts);
}
