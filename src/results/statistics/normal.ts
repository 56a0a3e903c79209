/** The normal distribution, to a few units of a double's last place. */

const step = 0.5;
/** e^-((n+½)h)² and ((n+½)h)² of the rule's points; what lies beyond is under 1e-17 of the sum. */
const points = Array.from({ length: 13 }, (_, place) => {
  const square = ((place + 0.5) * step) ** 2;
  return { square, weight: Math.exp(-square) };
});

export const density = (x: number): number => Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);

/** P(X > x), with its digits far out too: 1 less the other tail would have none there. */
export const upperTail = (x: number): number =>
  x < 0 ? 1 - upperTail(-x) : complementaryError(x / Math.SQRT2) / 2;

/**
 * erfc(x) of x ≥ 0 by the midpoint rule, whose error is known where the integrand has its pole
 * (D. B. Hunter and T. Regan, "A note on the evaluation of the complementary error function", Math. Comp. 26, 1972).
 */
function complementaryError(x: number): number {
  const squared = x * x;
  let sum = 0;
  for (const { square, weight } of points) sum += weight / (square + squared);
  const ofPole = x < Math.PI / step ? 2 / (1 + Math.exp((2 * Math.PI * x) / step)) : 0;
  return ((2 * step * x * Math.exp(-squared)) / Math.PI) * sum + ofPole;
}
