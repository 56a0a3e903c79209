/** Pearson's chi-square of how often each of `values` came, against all of them alike often. */
export function chiSquare(drawn: readonly unknown[], values: readonly unknown[]): number {
  const expected = drawn.length / values.length;
  return values.reduce<number>((sum, value) => {
    const count = drawn.filter((one) => one === value).length;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

/** What a chi-square of so many degrees of freedom passes once in 10,000 times (Wilson and Hilferty, 1931). */
export function unlikely(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + 3.719 * Math.sqrt(spread)) ** 3;
}
