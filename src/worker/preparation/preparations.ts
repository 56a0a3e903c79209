/** Makes what launches need on this host. Launches that need the same wait for the one that makes it. */
import { contentPath } from '../../content/store.ts';
import type { ContentHash } from '../../model/ids.ts';
import type { HostSettings } from '../../model/inventory/inventory.ts';
import type { Launch } from '../../model/launch.ts';
import { fillBoth, missingText } from '../../model/command/variables.ts';
import { canonicalJson } from '../../model/grid/canonical.ts';
import { localData, type PreparationResult } from '../core/preparation.ts';
import type { ContentKeeper } from '../spool/content-keeper.ts';
import type { HostFolder } from '../spool/host-folder.ts';
import { pythonPlaces } from '../supervisor/environment.ts';
import type { Login } from '../supervisor/trial-environment.ts';
import type { LaunchCheck } from '../../protocol/launch-check.ts';
import { activate } from './activation.ts';
import { type CheckRequest, checkLaunch } from './launch-check.ts';
import { localDataProblem } from './local-data.ts';
import type { Place } from './place.ts';
import { pythonEnvironment } from './python-environment.ts';
import { readOnlyView } from './read-only-view.ts';
import { setUp } from './setup.ts';
import { type Redact, Steps } from './step.ts';

export interface Request {
  readonly spec: Launch;
  readonly settings: HostSettings;
  /** The hash of a folder of wheels, where the coordinator brought one. */
  readonly wheels: ContentHash | null;
}

/** Packages that are compiled take long; what takes longer than this hangs. */
const longestBuildMs = 2 * 3_600_000;

export class Preparations {
  readonly #host: HostFolder;
  readonly #keeper: ContentKeeper;
  readonly #login: () => Login;
  readonly #buildMs: number;
  readonly #redact: Redact;
  readonly #steps: Steps;
  /** By the connection that asked. */
  readonly #checks = new Map<number, readonly Steps[]>();
  /** The last of those that would write the same folder. */
  readonly #turns = new Map<string, Promise<unknown>>();

  /**
   * @param keeper what vouches for the programs' files
   * @param login what trials inherit that start now
   * @param redact what is told of what was said goes through it
   * @param buildMs milliseconds after which a step that installs or compiles is ended
   */
  constructor(
    host: HostFolder,
    keeper: ContentKeeper,
    login: () => Login,
    redact: Redact,
    buildMs = longestBuildMs,
  ) {
    this.#host = host;
    this.#keeper = keeper;
    this.#login = login;
    this.#redact = redact;
    this.#steps = new Steps(redact, () => login().umask);
    this.#buildMs = buildMs;
  }

  /**
   * Never rejects: what stands in the way is why it failed.
   *
   * @param tell hears what goes on while it takes long, for people
   */
  async prepare(request: Request, tell: (doing: string) => void): Promise<PreparationResult> {
    try {
      const result = await this.#prepare(request, tell);
      return result.kind === 'ready' ? result : { ...result, message: this.#redact(result.message) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return failed('setup', this.#redact(`this host could not prepare: ${message}`));
    }
  }

  /** Ends what runs. */
  close(): void {
    this.#steps.close();
    for (const connection of this.#checks.keys()) this.endChecks(connection);
  }

  /** Looks at what a preparation and a start would meet, without making what takes long. Never rejects. */
  async check(connection: number, asked: CheckRequest): Promise<readonly LaunchCheck[]> {
    const steps = new Steps(this.#redact, () => this.#login().umask);
    this.#checks.set(connection, [...(this.#checks.get(connection) ?? []), steps]);
    const place = this.#placeOf(asked.spec, asked.settings, steps, () => {});
    // What is looked at lies where trials copy it from: nothing is written there.
    const environment = { ...place.environment, PYTHONDONTWRITEBYTECODE: '1' };
    return (await checkLaunch({ ...place, environment }, asked)).map((check) =>
      'problem' in check && check.problem !== null
        ? { ...check, problem: this.#redact(check.problem) }
        : check,
    );
  }

  /** Who asked is gone. */
  endChecks(connection: number): void {
    for (const steps of this.#checks.get(connection) ?? []) steps.close();
    this.#checks.delete(connection);
  }

  #placeOf(spec: Launch, settings: HostSettings, steps: Steps, tell: (doing: string) => void): Place {
    const { environment: inherited } = this.#login();
    const own = fillBoth(settings.env, spec.env, inherited);
    const environment = { ...inherited, ...own.values };
    return { host: this.#host, steps, own, environment, buildMs: this.#buildMs, tell };
  }

  async #prepare(
    { spec, settings, wheels }: Request,
    tell: (doing: string) => void,
  ): Promise<PreparationResult> {
    const data = localData(spec, settings);
    const problem = data === null ? null : localDataProblem(data);
    if (problem !== null) return failed('data-missing', problem);
    const place = this.#placeOf(spec, settings, this.#steps, tell);
    const [unset] = place.own.missing;
    if (unset !== undefined) return failed('setup', missingText(unset));
    const active = await activate(place, settings.activate, spec.activate);
    if (active?.kind === 'failed') return active;
    const before = active?.command ?? [];
    const python = spec.python === null ? null : await this.#python(place, spec.python, before, wheels);
    if (python?.kind === 'failed') return python;
    const places = python === null ? {} : pythonPlaces(python.folder, place.environment['PATH']);
    const files = spec.files === null ? null : this.#content(spec.files);
    const { setup: argv } = spec;
    const setup =
      argv === null
        ? null
        : await this.#inTurn(canonicalJson({ argv, files }), () =>
            setUp(place, this.#keeper, { argv, files, before, own: { ...place.own.values, ...places } }),
          );
    if (setup?.kind === 'failed') return setup;
    const shared = setup?.done.shared ?? null;
    const view = shared === null || setup === null ? [] : await readOnlyView(place, setup.done.folder);
    return {
      kind: 'ready',
      prepared: {
        activation: before,
        path: active?.path ?? null,
        python: python?.folder ?? null,
        setup: setup && { folder: setup.done.folder, began: setup.done.began, before: view ?? [] },
      },
      note: shared === null ? null : sharedText(shared, view !== null),
    };
  }

  /** Environments are made one after the other: they share the network, and the folder in which they are found. */
  #python(place: Place, requirements: string, before: readonly string[], wheels: ContentHash | null) {
    const from = wheels === null ? null : this.#content(wheels);
    return this.#inTurn('python', () => pythonEnvironment(place, requirements, before, from));
  }

  #content(hash: ContentHash): string {
    return contentPath(this.#host.content, hash);
  }

  #inTurn<Made>(key: string, make: () => Promise<Made>): Promise<Made> {
    const made = (this.#turns.get(key) ?? Promise.resolve()).then(make);
    this.#turns.set(
      key,
      made.catch(() => {}), // told to whom it was made for
    );
    return made;
  }
}

const sharedText = (because: string, isReadOnly: boolean): string =>
  isReadOnly
    ? `all trials there share what \`setup\` made, read-only, because it ${because}`
    : `all trials there share what \`setup\` made, because it ${because}; their account is root, and the host does not let ` +
      'root mount it read-only: a trial that writes there is seen by the others';

const failed = (reason: 'setup' | 'data-missing', message: string): PreparationResult => ({
  kind: 'failed',
  reason,
  message,
  logTail: '',
  wanted: null,
});
