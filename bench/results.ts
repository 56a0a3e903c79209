/**
 * `npm run bench:results`: whether the groups of a leaderboard tell points apart that differ, and only these, over sweeps
 * whose truth is known (results/worlds.ts). The same sweeps each time.
 */
import { parseArgs } from 'node:util';
import { mean } from 'simple-statistics';
import { groupsOf } from '../src/results/groups/groups.ts';
import { Random } from '../test/simulation/random.ts';
import { betterWorlds, equalWorlds, labWorlds, type World } from './results/worlds.ts';

const usage = `usage: npm run bench:results -- [--sweeps N]
  --sweeps N  of each kind (default 1000)
`;
const { values } = parseArgs({
  options: { sweeps: { type: 'string', default: '1000' }, help: { type: 'boolean', default: false } },
});

/** Of the points that have a group, the best first: which one it is, and the places that it cannot be told from. */
interface Ranked {
  readonly point: number;
  readonly place: number;
  readonly first: number;
  readonly last: number;
}

if (values.help) process.stdout.write(usage);
else writeTable(Number(values.sweeps));

function writeTable(sweeps: number): void {
  const row = (...cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);
  row(`${sweeps} sweeps each`, 'of them', 'should be');
  row('---', '---', '---');
  const alone = equalWorlds.map((world) => {
    const share = mean(sweepsOf(world, sweeps).map((points) => Number(areOneGroup(points))));
    row(`20 equal points: ${world.name}`, `one group in ${percent(share)}`, 'at least 92.0 %');
    return share;
  });
  row('20 equal points: all of these', `one group in ${percent(mean(alone))}`, 'at least 95.0 %');
  for (const world of labWorlds) {
    const share = mean(sweepsOf(world, sweeps).map((points) => Number(!areOneGroup(points.filter(isEqual)))));
    row(world.name, `two of the 20 equal ones told apart in ${percent(share)}`, 'at most 5.0 %');
  }
  for (const { found, within, ...world } of betterWorlds) {
    const share = mean(sweepsOf(world, sweeps).flatMap(toldFromBetter));
    row(world.name, `found in ${percent(share)} of the pairs`, `${percent(found)} ± ${percent(within)}`);
  }
}

function sweepsOf(world: World, count: number): Ranked[][] {
  const random = new Random(7);
  return Array.from({ length: count }, () => ranked(world, random));
}

function ranked({ goal, truths, replicates, train }: World, random: Random): Ranked[] {
  const trained = truths.map((truth, point) => ({
    point,
    results: Array.from({ length: replicates }, () => train(truth, random)).filter((one) => one !== null),
  }));
  const order = trained
    .filter(({ results }) => results.length > 0)
    .sort((one, other) => (goal === 'maximize' ? -1 : 1) * (mean(one.results) - mean(other.results)));
  const { groups } = groupsOf(
    { goal },
    order.map(({ results }) => results),
  );
  return order.flatMap(({ point }, place) => {
    const group = groups[place] ?? null;
    return group === null ? [] : [{ point, place, first: group.first, last: group.last }];
  });
}

function isEqual({ point }: Ranked): boolean {
  return point < 20;
}

/** No two of them are told apart. */
function areOneGroup(points: readonly Ranked[]): boolean {
  const [best, worst] = [points[0]?.place ?? 0, points.at(-1)?.place ?? 0];
  return points.every(({ first, last }) => first <= best && last >= worst);
}

/** For each other point 1 where it is told from the better one. */
function toldFromBetter(points: readonly Ranked[]): number[] {
  const better = points.find(({ point }) => point === 0);
  if (better === undefined) return [];
  return points
    .filter((one) => one !== better)
    .map(({ place }) => Number(place > better.last || place < better.first));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
