/** Which rows of a long list are on screen. Pure: heights in, indices out, all in pixels. */

export interface Layout {
  /** Where each row starts. */
  readonly tops: readonly number[];
  readonly height: number;
}

export function layOut(heights: readonly number[]): Layout {
  const tops: number[] = [];
  let height = 0;
  for (const each of heights) {
    tops.push(height);
    height += each;
  }
  return { tops, height };
}

/** First row and the one after the last that touch [from, to), with `spare` rows on either side. */
export function visible({ tops }: Layout, from: number, to: number, spare: number): readonly [number, number] {
  const first = Math.max(0, firstAfter(tops, from) - 1);
  const last = firstAfter(tops, Math.max(from, to - 1));
  return [Math.max(0, first - spare), Math.min(tops.length, last + spare)];
}

/** The first row that starts after `at`. */
function firstAfter(tops: readonly number[], at: number): number {
  let [low, high] = [0, tops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tops[middle] ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
