/** Fisher's distribution of a quotient of two variances. */
import { gammaln as logGamma } from 'simple-statistics';

const mostTerms = 10_000;

/** P(F > f) with so many degrees of freedom above and below the line (Abramowitz & Stegun, 26.6.2). */
export const upperTailOfF = (f: number, above: number, below: number): number =>
  f <= 0 ? 1 : incompleteBeta(below / (below + above * f), below / 2, above / 2);

/** The regularised incomplete beta function I_x(a, b), by its continued fraction (NIST DLMF 8.17.22). */
function incompleteBeta(x: number, a: number, b: number): number {
  // It converges fast below the mean only; above it the function is 1 less its mirror image (8.17.4).
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front =
    a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b) - Math.log(a);
  return Math.exp(front) / fraction(x, a, b);
}

/** W. J. Lentz, "Generating Bessel functions in Mie scattering calculations", Applied Optics 15, 1976. */
function fraction(x: number, a: number, b: number): number {
  let [value, numerators, denominators] = [1, 1, 0];
  for (let place = 1; place < mostTerms; place += 1) {
    const term = termOf(place, x, a, b);
    denominators = 1 / (1 + term * denominators);
    numerators = 1 + term / numerators;
    const factor = numerators * denominators;
    value *= factor;
    if (Math.abs(factor - 1) < Number.EPSILON) break;
  }
  return value;
}

function termOf(place: number, x: number, a: number, b: number): number {
  const m = Math.floor(place / 2);
  return place % 2 === 1
    ? (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    : (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
}
