// Horizontal bars in groups, each group with a scale of its own, as SVG.
import { duration } from './format.mjs';
import { FAINT, INK, MARGIN, WIDTH, legend, picture, round, text } from './svg.mjs';

const LABEL_WIDTH = 280;
const VALUE_WIDTH = 110;
const BAR = 16;
const STEP = 24;
const GROUP_HEAD = 40;
const GROUP_TAIL = 18;
const TITLE = 52;
const LEGEND = 34;

const COLOURS = { baseline: '#5b6770', plain: '#2a78c2', scalar: '#d98f2b' };
const MEANINGS = { baseline: 'base line of the ratios', plain: 'other cases', scalar: 'vectors turned off' };

/** @param {{title: string, groups: {title: string, note: string, bars: object[]}[]}} chart */
export function barChart({ title, groups }) {
  const height = TITLE + LEGEND + MARGIN
    + groups.reduce((sum, group) => sum + GROUP_HEAD + group.bars.length * STEP + GROUP_TAIL, 0);
  const parts = [];
  let y = TITLE;
  for (const group of groups) {
    parts.push(...drawGroup(group, y));
    y += GROUP_HEAD + group.bars.length * STEP + GROUP_TAIL;
  }
  const bars = groups.flatMap((group) => group.bars);
  const kinds = Object.keys(COLOURS).filter((kind) => bars.some((bar) => bar.kind === kind));
  const entries = kinds.map((kind) => ({ colour: COLOURS[kind], words: MEANINGS[kind] }));
  parts.push(...legend(entries, y + LEGEND / 2));
  return picture(title, height, parts);
}

function drawGroup({ title, note, bars }, top) {
  const scaleWidth = WIDTH - 2 * MARGIN - LABEL_WIDTH - VALUE_WIDTH;
  const longest = Math.max(...bars.map((bar) => bar.nanoseconds));
  const left = MARGIN + LABEL_WIDTH;
  const parts = [
    text(MARGIN, top + 24, title, { weight: 600, size: 14 }),
    text(left, top + 24, `${note}, shorter is better`, { colour: FAINT }),
  ];
  bars.forEach((bar, index) => {
    const y = top + GROUP_HEAD + index * STEP;
    const width = round(Math.max(1, (bar.nanoseconds / longest) * scaleWidth));
    const middle = y + BAR / 2;
    parts.push(
      text(left - 10, middle + 4, bar.label, { anchor: 'end', weight: bar.kind === 'baseline' ? 600 : 400 }),
      `<rect x="${left}" y="${y}" width="${width}" height="${BAR}" rx="2" fill="${COLOURS[bar.kind]}"/>`,
      ...drawError(bar, longest, scaleWidth, left, middle),
    );
    const reach = Math.min(scaleWidth, ((bar.nanoseconds + bar.error) / longest) * scaleWidth);
    parts.push(text(round(left + Math.max(width, reach)) + 8, middle + 4, duration(bar.nanoseconds), {}));
  });
  return parts;
}

function drawError({ nanoseconds, error }, longest, scaleWidth, left, y) {
  const from = (Math.max(0, nanoseconds - error) / longest) * scaleWidth;
  const to = Math.min(scaleWidth, ((nanoseconds + error) / longest) * scaleWidth);
  if (to - from < 3) return [];
  return [`<path d="M${round(left + from)} ${y}H${round(left + to)}" stroke="${INK}" stroke-width="1.2"/>`];
}
