// The few numbers that a row is made of.

export function median(samples) {
  const sorted = [...samples].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function best(samples) {
  return Math.min(...samples);
}

// The geometric mean of positive numbers; null when there are none.
export function geometricMean(numbers) {
  if (numbers.length === 0) return null;
  return Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
}
