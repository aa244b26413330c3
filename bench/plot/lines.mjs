// Rates of some variants over a quantity, both logarithmic.
import { count } from './format.mjs';
import { lineColourOf } from './kinds.mjs';
import { FAINT, GRID, MARGIN, WIDTH, line, logScale, picture, round, text } from './svg.mjs';

const LEFT = MARGIN + 50;
const RIGHT = WIDTH - MARGIN - 150;
const TOP = 84;
const BOTTOM = 384;
const HEIGHT = 440;
const LABEL_STEP = 17;

/**
 * @param {{title: string, note: string, axis: string, format?: Function, lines: Line[]}} chart a Line being
 *   {variant: string, points: number[][], colour?: string, isBroad?: boolean}
 */
export function lineChart({ title, note, axis, lines, format = count }) {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const [first, last] = [Math.log2(xs[0]), Math.log2(xs.at(-1))];
  const shareOf = (x) => (Math.log2(x) - first) / Math.max(1, last - first);
  const across = (x) => LEFT + 20 + shareOf(x) * (RIGHT - LEFT - 40);
  const { place, ticks } = logScale(lines.flatMap(({ points }) => points.map(([, y]) => y)), BOTTOM, TOP);
  const parts = [text(MARGIN, 56, note, { colour: FAINT })];
  for (const tick of ticks) {
    parts.push(
      line(LEFT, place(tick), RIGHT, place(tick), GRID),
      text(LEFT - 8, round(place(tick)) + 4, format(tick), { anchor: 'end', colour: FAINT, size: 12 }),
    );
  }
  for (const x of xs) {
    parts.push(
      line(across(x), TOP, across(x), BOTTOM, GRID),
      text(
        round(across(x)), BOTTOM + 18, x < 1e4 ? x : count(x), { anchor: 'middle', colour: FAINT, size: 12 }),
    );
  }
  parts.push(text((LEFT + RIGHT) / 2, BOTTOM + 40, axis, { anchor: 'middle', colour: FAINT }));
  const labels = [];
  // Ours on top; those in C, which it should lie upon, broad.
  for (const { variant, points, isBroad, colour = lineColourOf(variant) } of [...lines].reverse()) {
    const width = isBroad ?? variant.startsWith('c-') ? 6 : 2.5;
    const places = points.map(([x, y]) => [round(across(x)), round(place(y))]);
    const path = places.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join('');
    parts.push(`<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}"/>`);
    for (const [x, y] of places) parts.push(`<circle cx="${x}" cy="${y}" r="4" fill="${colour}"/>`);
    const [x, y] = places.at(-1);
    labels.push({ variant, colour, x, y, rate: format(points.at(-1)[1]) });
  }
  parts.push(...drawLabels(labels));
  return picture(title, HEIGHT, parts);
}

/** Names at the ends of their lines, moved apart where lines end close together. */
function drawLabels(labels) {
  let below = -Infinity;
  return [...labels].sort((a, b) => a.y - b.y).map(({ variant, colour, x, y, rate }) => {
    below = Math.max(y, below + LABEL_STEP);
    const weight = variant.startsWith('conet-') ? 600 : 400;
    return text(x + 10, round(below) + 4, `${variant} ${rate}`, { colour, weight, halo: true });
  });
}
