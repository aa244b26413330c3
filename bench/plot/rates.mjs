// Rates of many variants as horizontal bars on one logarithmic scale.
import { count } from './format.mjs';
import { colourOf, kindsOf } from './kinds.mjs';
import { FAINT, GRID, INK, MARGIN, WIDTH, bar, legend, line, logScale, picture, text } from './svg.mjs';

const LABEL_WIDTH = 120;
const VALUE_WIDTH = 190;
const TOP = 92;
const BAR = 18;
const STEP = 27;
const LEGEND = 50;

/**
 * @param {{title: string, note: string,
 *   bars: {variant: string, rate: number, spread?: number, mark?: string}[],
 *   limit?: {rate: number, words: string}}} chart
 */
export function rateChart({ title, note, bars, limit }) {
  const sorted = [...bars].sort((a, b) => b.rate - a.rate);
  const bottom = TOP + sorted.length * STEP;
  const left = MARGIN + LABEL_WIDTH;
  const rates = sorted.map(({ rate }) => rate);
  const { place, ticks } = logScale([...rates, limit?.rate ?? rates[0]], left, WIDTH - MARGIN - VALUE_WIDTH);
  const parts = [text(MARGIN, 56, note, { colour: FAINT })];
  for (const tick of ticks) {
    parts.push(
      line(place(tick), TOP - 6, place(tick), bottom, GRID),
      text(place(tick), TOP - 12, count(tick), { anchor: 'middle', colour: FAINT, size: 12 }),
    );
  }
  if (limit) {
    const x = place(limit.rate);
    const words = `${limit.words}: ${count(limit.rate)}`;
    parts.push(
      line(x, TOP - 6, x, bottom, INK, { dash: '4 4' }),
      text(x, bottom + 14, words, { anchor: 'end', colour: FAINT, size: 12 }),
    );
  }
  sorted.forEach(({ variant, rate, spread = 0, mark }, index) => {
    const y = TOP + index * STEP;
    const end = place(rate);
    const ours = variant.startsWith('conet-');
    parts.push(
      text(left - 10, y + 14, variant, { anchor: 'end', weight: ours ? 600 : 400 }),
      bar(left, y, Math.max(2, end - left), BAR, colourOf(variant)),
    );
    const [low, high] = [place(rate * (1 - spread / 2)), place(rate * (1 + spread / 2))];
    if (high - low > 3) parts.push(line(low, y + BAR / 2, high, y + BAR / 2, INK, { width: 1.2 }));
    const words = mark ? `${count(rate)}  ${mark}` : count(rate);
    parts.push(text(Math.max(end, high) + 8, y + 14, words, { halo: true }));
  });
  parts.push(...legend(kindsOf(sorted.map(({ variant }) => variant)), bottom + LEGEND - 12));
  return picture(title, bottom + LEGEND, parts);
}
