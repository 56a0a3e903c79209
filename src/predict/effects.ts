/**
 * What a figure is expected to be, as a sum of effects: one for each trait of what it is asked of, such as a parameter's
 * value, a kind of GPU, a host. Ridge regression (Hoerl and Kennard 1970), each effect held to 0 by how much its trait
 * is expected to matter, and fitted one effect after the other. Pure.
 */

export interface Trait {
  readonly name: string;
  /** Of what it is one of several: the values of a parameter, the kinds of GPU. */
  readonly group: string;
  readonly kind: 'every' | 'param' | 'shape' | 'gpu' | 'host' | 'host-of-gpu';
}

/** By how much a trait may move the figure, before anything was seen: a standard deviation. */
export type Spreads = Readonly<Record<Trait['kind'], number>>;

interface Effect {
  readonly group: string;
  readonly spread: number;
  mean: number;
  readonly cells: Cell[];
}

/** Figures of the same traits. */
interface Cell {
  readonly effects: readonly Effect[];
  /** Of its figures: the sum of their certainties (1 / variance), and of these times the figure. */
  weight: number;
  sum: number;
  /** What its effects leave of the mean of its figures. */
  rest: number;
}

interface Group {
  readonly count: number;
  readonly squares: number;
}

export interface Effects {
  readonly spreads: Spreads;
  readonly byName: Map<string, Effect>;
  readonly cells: Map<string, Cell>;
  figures: number;
  /** By how much figures were off what was expected of them before they were seen, the last ones most. */
  readonly misses: { weight: number; squares: number };
  /** Figures at which all effects are fitted again. */
  nextFit: number;
  /** What is expected since the last fit, by the traits that were asked of. */
  asked: WeakMap<readonly Trait[], Expected>;
  /** How traits differ, since the last fit; null before anybody has asked. */
  groups: ReadonlyMap<string, Group> | null;
}

export interface Expected {
  readonly mean: number;
  /** By how much traits may move it of which nothing was seen yet: a standard deviation, 0 where all were. */
  readonly unseen: number;
}

export const noEffects = (spreads: Spreads): Effects => ({
  spreads,
  byName: new Map(),
  cells: new Map(),
  figures: 0,
  misses: { weight: 0, squares: 0 },
  nextFit: 1,
  asked: new WeakMap(),
  groups: null,
});

/** A sweep of points drawn at random has traits that no two of them share: these teach nothing, and would fill the memory. */
const mostEffects = 5_000;
/** So many more figures change little, and a fit looks at all of them. */
const refitShare = 1.05;
/** What few figures tell apart takes many passes, and costs nothing. */
const passesFor = (figures: number): number => 8 + Math.ceil(1_000 / figures);

/** Of what the misses so far weigh, when one more has come: the last 20 count. */
const kept = 0.95;
/** Before much was seen, as if two had been off by so much. */
const priorMisses = { weight: 2, squares: 2 * 0.2 ** 2 };

/** By how much a figure is off what is expected of it: a standard deviation, as it was so far. */
export function missOf({ misses }: Effects): number {
  return Math.sqrt((misses.squares + priorMisses.squares) / (misses.weight + priorMisses.weight));
}

function noteMiss({ misses }: Effects, miss: number): void {
  misses.weight = misses.weight * kept + 1;
  misses.squares = misses.squares * kept + miss ** 2;
}

/**
 * @param noise by how much two figures of the same traits differ: a standard deviation
 * @returns whether other figures are expected from now on
 */
export function observe(effects: Effects, traits: readonly Trait[], figure: number, noise: number): boolean {
  // The first one is expected to be anything.
  if (effects.figures > 0) noteMiss(effects, figure - sumOver(effects, traits).mean);
  const cell = cellOf(effects, traits);
  const weight = 1 / noise ** 2;
  const before = cell.weight === 0 ? sumOf(cell) : cell.sum / cell.weight;
  cell.weight += weight;
  cell.sum += weight * figure;
  cell.rest += cell.sum / cell.weight - before;
  effects.figures += 1;
  if (effects.figures < effects.nextFit) return false;
  effects.nextFit = effects.figures * refitShare;
  effects.asked = new WeakMap();
  effects.groups = null;
  // Those that most figures have come first: what a host explains is not left to the points that it happened to have.
  const order = [...effects.byName.values()].sort((one, other) => other.cells.length - one.cells.length);
  for (let pass = passesFor(effects.figures); pass > 0; pass -= 1) for (const effect of order) fit(effect);
  return true;
}

export function expect(effects: Effects, traits: readonly Trait[]): Expected {
  const expected = effects.asked.get(traits) ?? sumOver(effects, traits);
  effects.asked.set(traits, expected);
  return expected;
}

function sumOver({ byName, spreads }: Effects, traits: readonly Trait[]): Expected {
  let mean = 0;
  let unseen = 0;
  for (const { name, kind } of traits) {
    const effect = byName.get(name);
    mean += effect?.mean ?? 0;
    unseen += effect === undefined ? spreads[kind] ** 2 : 0;
  }
  return { mean, unseen: Math.sqrt(unseen) };
}

/**
 * By how much a trait may move the figure of which nothing was seen: a standard deviation, 0 where it was. It is as large as
 * is supposed before anything was seen, and the less so the more of its group were seen to differ by less.
 */
export function doubtOf(effects: Effects, { name, group, kind }: Trait, supposed: number): number {
  if (effects.byName.has(name)) return 0;
  const { count, squares } = (effects.groups ??= groupsOf(effects)).get(group) ?? { count: 0, squares: 0 };
  const spread = Math.max(supposed, effects.spreads[kind]);
  return Math.sqrt((supposedTraits * spread ** 2 + squares) / (supposedTraits + Math.max(0, count - 1)));
}

/** What is supposed weighs as much as so many traits that were seen: where two values differ by little, others seldom do by much. */
const supposedTraits = 0.5;

/** How the traits of each group differ from their mean. */
function groupsOf({ byName }: Effects): Map<string, Group> {
  const groups = Map.groupBy(byName.values(), ({ group }) => group);
  return new Map(
    [...groups].map(([group, all]) => {
      const mean = all.reduce((sum, one) => sum + one.mean, 0) / all.length;
      const squares = all.reduce((sum, one) => sum + (one.mean - mean) ** 2, 0);
      return [group, { count: all.length, squares }];
    }),
  );
}

function cellOf({ byName, cells, spreads }: Effects, traits: readonly Trait[]): Cell {
  const used = traits.filter(({ name }) => byName.has(name) || byName.size < mostEffects);
  const key = used.map(({ name }) => name).join('\n');
  const known = cells.get(key);
  if (known !== undefined) return known;
  const effects = used.map(({ name, group, kind }) => {
    const effect = byName.get(name) ?? { group, spread: spreads[kind], mean: 0, cells: [] };
    byName.set(name, effect);
    return effect;
  });
  const cell: Cell = { effects, weight: 0, sum: 0, rest: 0 };
  cells.set(key, cell);
  for (const effect of effects) effect.cells.push(cell);
  return cell;
}

const sumOf = ({ effects }: Cell): number => effects.reduce((sum, { mean }) => sum + mean, 0);

/** What is best for this effect while all others stay. */
function fit(effect: Effect): void {
  let certainty = 1 / effect.spread ** 2;
  let wanted = 0;
  for (const { weight, rest } of effect.cells) {
    certainty += weight;
    wanted += weight * (rest + effect.mean);
  }
  const change = wanted / certainty - effect.mean;
  effect.mean += change;
  for (const cell of effect.cells) cell.rest -= change;
}
