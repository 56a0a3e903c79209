/** Ranges of a ranking whose points cannot be told apart, and a letter for each (H.-P. Piepho, J. Comput. Graph. Stat. 13, 2004). */

export interface Group {
  /** Points that share one cannot be told apart. */
  readonly letters: readonly string[];
  /** Places in the ranking, from 0: the best and the worst point that it cannot be told from. */
  readonly first: number;
  readonly last: number;
}

/**
 * Two points are told apart only where every two are that lie around them: a ranking that said otherwise would contradict
 * itself.
 *
 * @param count how many points are ranked
 * @param isTold whether two of them are far enough apart, by their places, the better one first
 */
export function lettersOf(count: number, isTold: (better: number, worse: number) => boolean): Group[] {
  const lasts = lastOnes(count, isTold);
  const ranges = lasts.flatMap((last, first) => (last === lasts[first - 1] ? [] : [{ first, last }]));
  let [from, to] = [0, 0];
  return lasts.map((last, place) => {
    while ((ranges[from]?.last ?? count) < place) from += 1;
    while ((ranges[to]?.first ?? count) <= place) to += 1;
    const letters = Array.from({ length: to - from }, (_, more) => letterOf(from + more));
    return { letters, first: ranges[from]?.first ?? place, last };
  });
}

/** For each place the worst one that it cannot be told from; no point reaches less far than a better one. */
function lastOnes(count: number, isTold: (better: number, worse: number) => boolean): number[] {
  const lasts: number[] = [];
  for (let place = 0; place < count; place += 1) {
    const least = Math.max(place, lasts[place - 1] ?? 0);
    let last = count - 1;
    while (last > least && isTold(place, last)) last -= 1;
    lasts.push(last);
  }
  return lasts;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz';

/** `a` to `z`, then `aa`. */
function letterOf(place: number): string {
  const before = Math.floor(place / alphabet.length) - 1;
  return (before < 0 ? '' : letterOf(before)) + (alphabet[place % alphabet.length] ?? '');
}
