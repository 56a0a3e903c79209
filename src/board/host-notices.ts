/** What keeps hosts from being used, told once: on lines that only append, and wherever a reason must be read whole. */
import type { LiveFigures } from '../ledger/live-figures.ts';
import { type GpuTrouble, gpuTroubles } from '../model/inventory/gpu-troubles.ts';
import { isGpuWarning, withRemedy } from '../model/refusal/gpu-remedy.ts';
import { isPassing, type Refusal, refusalText } from '../model/refusal/refusal.ts';
import { unnamed } from '../model/refusal/unnamed.ts';

type LiveHost = LiveFigures['hosts'][number];

/** What is new of a host. `because` is null where it is used again. */
export interface HostNews {
  readonly host: string;
  readonly state: LiveHost['state'] | 'held' | 'no-gpus' | 'no-environment';
  readonly because: string | null;
}

/** A hold of a moment is nobody's business; one that lasts is why a host does nothing. */
const lastingMs = 5_000;

export class HostNotices {
  /** By host: what was told of it and still holds. */
  readonly #told = new Map<string, string>();
  /** What drivers said of GPUs of a host, and was told of. */
  readonly #gpuProblems = new Set<string>();
  /** Why the login files of a host could not be read. */
  readonly #environmentProblems = new Map<string, string>();
  /** Kinds of holds that were told, by host: their figures change from second to second. */
  readonly #holds = new Map<string, Set<Refusal['kind']>>();
  readonly #heldSince = new Map<string, number>();

  /** @param nowMs a clock that does not go back */
  news(live: Pick<LiveFigures, 'hosts'>, nowMs: number): HostNews[] {
    return live.hosts.flatMap((host) => this.#newsOf(host, nowMs) ?? []);
  }

  #newsOf(host: LiveHost, nowMs: number): HostNews | null {
    const { name, state, because } = host;
    if (isClosed(state) && because !== null) return this.#tell({ host: name, state, because });
    if (state !== 'ready') return null;
    const odd = because === null ? null : this.#tell({ host: name, state, because });
    if (because === null && this.#told.delete(name)) return { host: name, state, because };
    return odd ?? this.#noGpus(host) ?? this.#noEnvironment(host) ?? this.#held(host, nowMs);
  }

  #noGpus({ name, facts }: LiveHost): HostNews | null {
    for (const { which, because } of gpuProblemsOf(facts)) {
      const key = `${name} ${which} ${withoutFigures(because)}`;
      if (this.#gpuProblems.has(key)) continue;
      this.#gpuProblems.add(key);
      return { host: name, state: 'no-gpus', because: `${which}${because}` };
    }
    return null;
  }

  #noEnvironment({ name, facts }: LiveHost): HostNews | null {
    const problem = facts?.environmentProblem ?? null;
    if (problem === null || this.#environmentProblems.get(name) === problem) return null;
    this.#environmentProblems.set(name, problem);
    return { host: name, state: 'no-environment', because: problem };
  }

  #tell(news: HostNews): HostNews | null {
    const text = withoutFigures(`${news.state} ${news.because ?? ''}`);
    if (this.#told.get(news.host) === text) return null;
    this.#told.set(news.host, text);
    return news;
  }

  #held({ name, running, holds }: LiveHost, nowMs: number): HostNews | null {
    const hold = holds.flatMap(({ refusals }) => refusals).find(({ kind }) => !isPassing(kind));
    if (hold === undefined || running.length > 0) {
      this.#heldSince.delete(name);
      return null;
    }
    const since = this.#heldSince.get(name) ?? nowMs;
    this.#heldSince.set(name, since);
    const told = this.#holds.get(name) ?? new Set();
    this.#holds.set(name, told);
    if (nowMs - since < lastingMs || told.has(hold.kind)) return null;
    told.add(hold.kind);
    return { host: name, state: 'held', because: refusalText(unnamed(hold)) };
  }
}

/** Of the driver as a whole, then of each GPU by itself. */
function gpuProblemsOf(facts: LiveHost['facts']): readonly GpuTrouble[] {
  const ofAll = facts?.gpuProblem ?? null;
  const ofEach = gpuTroubles(facts?.gpus ?? []).map(({ which, because }) => ({
    which: `${which}: `,
    because,
  }));
  return ofAll === null || isGpuWarning(ofAll) ? ofEach : [{ which: '', because: ofAll }, ...ofEach];
}

/** Figures change from second to second: what is the matter does not. */
const withoutFigures = (text: string): string =>
  text.replaceAll(/\d+(?:\.\d+)?(?: (?:[KMGT]i?)?B\b| (?:ms|s|min|h|d)\b)?/g, '#');

const isClosed = (state: LiveHost['state']): boolean => state === 'unreachable' || state === 'unprepared';

export function hostNewsText({ host, state, because }: HostNews): string {
  if (because === null) return `${host} can be used again`;
  if (state === 'ready') return `${host}: ${because}`;
  if (state === 'no-gpus') return `${host} has trouble with its GPUs: ${withRemedy(because)}`;
  if (state === 'no-environment') return `the login files of ${host} could not be read: ${because}`;
  return state === 'held' ? `${host} starts nothing now: ${because}` : `${host} cannot be used: ${because}`;
}
