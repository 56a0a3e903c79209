/**
 * The studentized range (J. W. Tukey, "The problem of multiple comparisons", 1953): how far apart the largest and the
 * smallest of so many equal means come by chance, in standard errors that are estimated themselves.
 */
import { density, upperTail } from './normal.ts';

/** Between points at which the range of normal values is summed up; the trapezoidal rule is exact there to a double's digits. */
const step = 0.1;
/** Beyond, nothing is left of the normal distribution. */
const far = 9;
/** No range is wider: less than 1e-300 is left. */
const widest = 54;
/** What of the estimate's distribution is left out. */
const least = Math.log(1e-40);

export class StudentizedRange {
  readonly #points: number;
  readonly #freedom: number;
  /** Between logarithms of standard errors: fine enough for the narrower of both distributions. */
  readonly #step: number;
  /** P(range > e^(place · step)), by place. */
  readonly #tails = new Map<number, number>();

  /**
   * @param points how many means, from 2
   * @param freedom degrees of freedom of the estimate, from 1
   */
  constructor(points: number, freedom: number) {
    this.#points = points;
    this.#freedom = freedom;
    this.#step = Math.min(0.03, 0.7 / Math.sqrt(2 * freedom));
  }

  /** P(Q > q): the p-value of a range of q standard errors. */
  tail(q: number): number {
    if (q <= 0) return 1;
    const centre = Math.round(Math.log(q) / this.#step);
    let [sum, all] = [0, 0];
    const add = (place: number): boolean => {
      const error = place * this.#step - Math.log(q);
      const logarithm = this.#freedom * (error - Math.expm1(2 * error) / 2);
      const weight = Math.exp(logarithm);
      all += weight;
      sum += weight * this.#tailAt(place);
      return logarithm > least;
    };
    for (let place = centre; add(place); ) place += 1;
    for (let place = centre - 1; add(place); ) place -= 1;
    return sum / all;
  }

  /** The q with P(Q > q) = p. Halving finds it wherever it lies: far left the curve is flat, and a tangent leads astray. */
  quantile(p: number): number {
    let above = 1;
    while (this.tail(above) > p) above *= 2;
    let below = above === 1 ? 0 : above / 2;
    for (let halving = 0; halving < 54; halving += 1) {
      const between = (below + above) / 2;
      if (this.tail(between) > p) below = between;
      else above = between;
    }
    return (below + above) / 2;
  }

  #tailAt(place: number): number {
    const known = this.#tails.get(place);
    if (known !== undefined) return known;
    const tail = rangeTail(this.#points, Math.exp(place * this.#step));
    this.#tails.set(place, tail);
    return tail;
  }
}

/** P(the range of so many standard normal values > width), summed over the largest of them (H. O. Hartley 1942). */
function rangeTail(points: number, width: number): number {
  if (width > widest) return 0;
  const others = points - 1;
  let sum = 0;
  for (let largest = -far; largest <= width / 2 + far; largest += step) {
    const below = upperTail(-largest);
    const farther = upperTail(width - largest);
    const reached = -Math.expm1(others * Math.log1p(-Math.min(1, farther / below)));
    sum += density(largest) * below ** others * reached;
  }
  return Math.min(1, points * step * sum);
}
