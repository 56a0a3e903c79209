import type { ContentHash, LaunchId } from '../../model/ids.ts';
import type { HostSettings } from '../../model/inventory/inventory.ts';
import { type Launch, whatIsMade } from '../../model/launch.ts';
import type { HostSaid, ToAgent } from '../../protocol/messages.ts';
import type { ContentShipper } from './content-shipper.ts';
import type { WheelHouse } from './wheel-house.ts';
import { own } from '../../model/own.ts';

type LaunchAnswer = Extract<HostSaid, { kind: 'launch' }>;

export type LaunchOutcome =
  /** `note`: what a person should know of how it was made; null where that is nothing. */
  | { readonly kind: 'ready'; readonly note: string | null }
  /** `problem` is one sentence; `logTail` the end of what was said of it, or empty. */
  | { readonly kind: 'refused'; readonly problem: string; readonly logTail: string };

/** With what launches are prepared on one host, over one connection. */
export interface PreparerOptions {
  readonly settings: HostSettings;
  readonly shipper: ContentShipper;
  readonly wheels: WheelHouse;
  /** Whether an engine is of use there: it is hundreds of MB. */
  readonly canUse: (engine: Launch['engines'][number]) => boolean;
  /** Where the values of `passEnv` are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly send: (message: ToAgent) => void;
  /** Hears what goes on, for people. */
  readonly doing: (what: string) => void;
}

/**
 * Gets a host ready for a launch: brings the content, says what it is, waits until the agent has made what it needs.
 * A host whose pip finds no packages is asked what it wants, and is brought wheels.
 */
export class LaunchPreparer {
  readonly #options: PreparerOptions;
  readonly #waiting = new Map<LaunchId, (answer: LaunchAnswer) => void>();

  constructor(options: PreparerOptions) {
    this.#options = options;
  }

  async prepare(launch: LaunchId, spec: Launch): Promise<LaunchOutcome> {
    const passed = this.#passed(spec);
    if (passed.missing.length > 0)
      return refused(
        `${passed.missing.join(', ')} ${passed.missing.length === 1 ? 'is' : 'are'} not set where this coordinator ` +
          `was started (process ${process.pid}); start it where ${passed.missing.length === 1 ? 'it is' : 'they are'}`,
      );
    const unshipped = await this.#options.shipper.ship(this.#contentOf(spec));
    if (unshipped !== null) return refused(unshipped);
    const { doing } = this.#options;
    doing(whatIsMade(spec));
    const ask = (wheels: ContentHash | null): Promise<LaunchAnswer> =>
      this.#ask({ kind: 'launch', launch, spec, wheels, passed: passed.values });
    const answer = await ask(null);
    if (answer.problem === null) return { kind: 'ready', note: answer.note };
    if (answer.wanted === null || spec.python === null) return refused(answer.problem, answer.logTail);
    const { wheels, shipper } = this.#options;
    doing('wheels are downloaded for it');
    const downloaded = await wheels.download(spec.python, answer.wanted);
    if (downloaded.kind === 'none')
      return refused(
        `${answer.problem}; nor did wheels from here help: ${downloaded.because}`,
        answer.logTail,
      );
    const problem = await shipper.ship([downloaded.hash]);
    if (problem !== null) return refused(problem);
    doing(whatIsMade(spec));
    const again = await ask(downloaded.hash);
    return again.problem === null
      ? { kind: 'ready', note: again.note }
      : refused(again.problem, again.logTail);
  }

  answered(answer: LaunchAnswer): void {
    this.#waiting.get(answer.launch)?.(answer);
    this.#waiting.delete(answer.launch);
  }

  /** The connection is gone: nobody will answer. */
  interrupted(): void {
    const problem = 'the connection was cut';
    for (const launch of this.#waiting.keys())
      this.answered({
        kind: 'launch',
        launch,
        problem,
        logTail: '',
        wanted: null,
        note: null,
      });
  }

  #ask(message: Extract<ToAgent, { kind: 'launch' }>): Promise<LaunchAnswer> {
    return new Promise((resolve) => {
      this.#waiting.set(message.launch, resolve);
      this.#options.send(message);
    });
  }

  /** What has to be shipped: a data set that the inventory says lies there is not. */
  #contentOf({ files, data, engines }: Launch): ContentHash[] {
    const { settings, canUse } = this.#options;
    const shipped =
      data?.kind === 'content' && !(data.name !== null && Object.hasOwn(settings.data, data.name))
        ? data.hash
        : null;
    return [files, shipped, ...engines.filter(canUse).map(({ hash }) => hash)].filter(
      (hash) => hash !== null,
    );
  }

  #passed({ passEnv }: Launch): { values: Record<string, string>; missing: string[] } {
    const values: [string, string][] = [];
    const missing: string[] = [];
    for (const name of passEnv) {
      const value = own(this.#options.environment, name);
      if (value === undefined) missing.push(name);
      else values.push([name, value]);
    }
    return { values: Object.fromEntries(values), missing };
  }
}

const refused = (problem: string, logTail = ''): LaunchOutcome => ({ kind: 'refused', problem, logTail });
