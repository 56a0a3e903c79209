/**
 * Launches and trials under an id that is not the hash of their content. labsweep never writes one: somebody has put
 * another command, or other parameters, under a name that is known.
 */
import { launchIdOf, identifyAny, programFor, type Provenance } from '../model/grid/identity.ts';
import type { ForeignDeclaration, LedgerEvent, PointDeclaration } from './events.ts';

/** @returns the ids of an event's launches that are not their own hash */
export function misnamedLaunches(event: LedgerEvent): string[] {
  const launches =
    event.kind === 'sweep-declared'
      ? [event.declaration]
      : event.kind === 'imported'
        ? [...event.launches, ...event.declarations.flatMap(withSpec)]
        : [];
  return launches.filter(({ launch, spec }) => !isNamedByHash(launch, spec)).map(({ launch }) => launch);
}

/** Ledgers of before kept the launch with the declaration of another's sweep. */
const withSpec = (declaration: ForeignDeclaration): { launch: string; spec: object }[] =>
  'spec' in declaration && typeof declaration.spec === 'object' && declaration.spec !== null
    ? [{ launch: declaration.launch, spec: declaration.spec }]
    : [];

/** Keys that launches got later, together: an older command's launch is named by its hash without them. */
const laterKeys: readonly (readonly string[])[] = [
  ['engines'],
  ['data.name'],
  ['activate', 'python', 'setup', 'passEnv'],
];

function isNamedByHash(id: string, spec: object): boolean {
  for (let chosen = 0; chosen < 2 ** laterKeys.length; chosen += 1) {
    const left = laterKeys.filter((_, index) => (chosen >> index) % 2 === 1).flat();
    if (launchIdOf(withoutDefaults(spec, left)) === id) return true;
  }
  return false;
}

function withoutDefaults(spec: object, keys: readonly string[]): object {
  const isLeft = (path: string, value: unknown): boolean =>
    keys.includes(path) && (value === null || (Array.isArray(value) && value.length === 0));
  return Object.fromEntries(
    Object.entries(spec)
      .filter(([key, value]) => !isLeft(key, value))
      .map(([key, value]: [string, unknown]) => [
        key,
        key === 'data' && typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value).filter(([name, inner]) => !isLeft(`data.${name}`, inner)),
            )
          : value,
      ]),
  );
}

/** Names trials again as their declarations have named them, as far as those are known. */
export class TrialNames {
  readonly #provenance: Provenance;
  readonly #sweeps = new Map<string, ForeignDeclaration & { readonly seeds: readonly number[] }>();

  /** @param provenance of a program's identity; null where this labsweep does not know the program */
  constructor(provenance: Provenance) {
    this.#provenance = provenance;
  }

  /** Takes an event in, in its order. @returns the ids of trials in it that are not the hash of their content */
  misnamedIn(event: LedgerEvent): string[] {
    switch (event.kind) {
      case 'sweep-declared':
        this.#sweeps.set(event.declaration.sweep, event.declaration);
        return [];
      case 'points-declared': {
        const declaration = this.#sweeps.get(event.sweep);
        if (declaration === undefined) return [];
        const isNamed = this.#namedBy(declaration);
        return event.points.flatMap((point) => (isNamed(point, declaration.seeds) ? [] : point.trials));
      }
      case 'imported':
        return event.results.flatMap(({ trial, seed, point, sweeps }) => {
          const asked = event.declarations.filter(({ sweep }) => sweeps.includes(sweep));
          const isNamed = asked.some((declaration) =>
            this.#namedBy(declaration)({ ...point, trials: [trial] }, [seed]),
          );
          return asked.length === 0 || isNamed ? [] : [trial];
        });
      default:
        return [];
    }
  }

  /** A trial has its name by the program, or by the program for the sweep's objective. */
  #namedBy({
    program,
    data,
    objective,
  }: ForeignDeclaration): (point: PointDeclaration, seeds: readonly number[]) => boolean {
    const provenance = this.#provenance(program);
    if (provenance === null) return () => true;
    const identify = identifyAny({ program, data, provenance });
    const own = typeof program === 'object' && program !== null ? programFor(program, objective) : program;
    const identifyAnew = identifyAny({ program: own, data, provenance });
    return ({ params, shape, trials }, seeds) => {
      const ids = identify(params, seeds);
      if (ids.shape !== shape || ids.trials.length !== trials.length) return false;
      if (ids.trials.join() === trials.join()) return true;
      const anew = identifyAnew(params, seeds).trials;
      return trials.every((id, index) => id === ids.trials[index] || id === anew[index]);
    };
  }
}
