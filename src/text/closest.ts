/**
 * The candidate that was most likely meant by a word: a mistyped one, or a part of one. Undefined
 * when none is near.
 */
export const closest = (word: string, candidates: readonly string[]): string | undefined => {
  const wanted = plain(word);
  if (wanted === '') return undefined;
  let best: { readonly candidate: string; readonly slips: number } | undefined;
  for (const candidate of candidates) {
    const text = plain(candidate);
    const isPart = wanted.length >= 2 && (text.includes(wanted) || (text.length >= 3 && wanted.includes(text)));
    const slips = isPart ? Math.min(1, distance(wanted, text)) : distance(wanted, text);
    // At most one slip for every three letters: nearer would miss `modle`, further would suggest nonsense.
    const isNear = isPart || slips <= Math.max(1, Math.floor(Math.min(wanted.length, text.length) / 3));
    if (isNear && (best === undefined || slips < best.slips)) best = { candidate, slips };
  }
  return best?.candidate;
};

/** `gpu_layers`, `gpu-layers` and `GPULayers` are the same slip-free word. */
const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '').slice(0, 64);

/** Letters to insert, drop, change or swap with a neighbour (optimal string alignment). */
const distance = (one: string, other: string): number => {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      let cost = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[other.length] ?? 0;
};
