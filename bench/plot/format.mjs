// Figures as a person reads them: three digits are enough.

/** 12 345 678 -> "12.3 M". */
export function count(number) {
  for (const [size, unit] of [[1e9, ' G'], [1e6, ' M'], [1e3, ' k']]) {
    if (number >= size) return `${digits(number / size)}${unit}`;
  }
  return digits(number);
}

/** Nanoseconds -> "61.2 us". */
export function duration(nanoseconds) {
  for (const [size, unit] of [[1e9, 's'], [1e6, 'ms'], [1e3, 'us']]) {
    if (nanoseconds >= size) return `${digits(nanoseconds / size)} ${unit}`;
  }
  return `${digits(nanoseconds)} ns`;
}

function digits(number) {
  const places = number >= 100 ? 0 : number >= 10 ? 1 : 2;
  return String(+number.toFixed(places));
}
