// Who a variant is, in colours.
const KINDS = [
  { words: 'Conet', colour: '#1f6fb8', holds: (name) => name.startsWith('conet-') },
  { words: 'the same in C', colour: '#5b6770', holds: (name) => name.startsWith('c-') },
  { words: 'kernel, no look-up', colour: '#d98f2b', holds: (name) => name.startsWith('kernel') },
  { words: 'others, no look-up', colour: '#b07aa8', holds: () => true },
];

const LINES = {
  'conet-gro': '#1f6fb8',
  'conet-xdp': '#12a594',
  'conet-uring': '#7cb3e0',
  'conet-gso': '#4f94d4',
  'c-gro': '#5b6770',
  'c-mmsg': '#a4adb3',
  kernel: '#d98f2b',
  'kernel-gro': '#b85c1f',
};

const kindOf = (variant) => KINDS.find((kind) => kind.holds(variant));

export const colourOf = (variant) => kindOf(variant).colour;

/** A colour of its own for each line of a chart. */
export const lineColourOf = (variant) => LINES[variant] ?? '#b07aa8';

/** The legend of some variants. */
export function kindsOf(variants) {
  return KINDS.filter((kind) => variants.some((variant) => kindOf(variant) === kind));
}
