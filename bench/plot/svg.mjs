// What all charts draw with.

export const WIDTH = 860;
export const MARGIN = 24;
export const INK = '#1f2a33';
export const FAINT = '#6b7780';
export const GRID = '#e3e8eb';

/** A whole picture on white, with its title. */
export function picture(title, height, parts) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}"`
      + ` height="${height}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(MARGIN, 34, title, { size: 18, weight: 600 }),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

export function text(x, y, words, { size, weight, anchor, halo, colour = INK } = {}) {
  const attributes = [
    `x="${x}"`, `y="${y}"`, `fill="${colour}"`,
    halo && 'stroke="#ffffff" stroke-width="4" paint-order="stroke"',
    size && `font-size="${size}"`, weight && `font-weight="${weight}"`, anchor && `text-anchor="${anchor}"`,
  ].filter(Boolean).join(' ');
  return `<text ${attributes}>${escape(words)}</text>`;
}

export function bar(x, y, width, height, colour) {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" rx="2"`
    + ` fill="${colour}"/>`;
}

export function line(x1, y1, x2, y2, colour, { width = 1, dash } = {}) {
  return `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="${colour}"`
    + ` stroke-width="${width}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`;
}

/** Coloured squares with words, in a row. */
export function legend(entries, y, step = 200) {
  return entries.flatMap(({ colour, words }, index) => {
    const x = MARGIN + index * step;
    return [bar(x, y - 9, 12, 12, colour), text(x + 18, y + 2, words, { colour: FAINT })];
  });
}

/** A logarithmic scale from some numbers to places on the picture, with ticks at 1, 2 and 5 of each power. */
export function logScale(numbers, from, to) {
  const stepAt = (index) => [1, 2, 5][index % 3] * 10 ** (Math.floor(index / 3) - 3);
  const steps = Array.from({ length: 48 }, (_, index) => stepAt(index));
  const low = steps.findLast((step) => step <= Math.min(...numbers) * 0.999) ?? steps[0];
  const high = steps.find((step) => step >= Math.max(...numbers)) ?? steps.at(-1);
  const place = (number) => {
    const share = Math.log(Math.max(number, low) / low) / Math.log(high / low);
    return from + Math.min(1, share) * (to - from);
  };
  return { place, ticks: steps.filter((step) => step >= low && step <= high) };
}

export const round = (number) => Math.round(number * 10) / 10;
export const escape = (words) => String(words)
  .replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
