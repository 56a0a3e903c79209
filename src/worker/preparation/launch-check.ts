/**
 * What a launch would meet on this host, found out by the steps of its preparation and start, without those that take long
 * and without a trial.
 */
import { nodePath } from '../node-path.ts';
import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { contentPath } from '../../content/store.ts';
import { renderCommand } from '../../model/command/render-command.ts';
import { missingText } from '../../model/command/variables.ts';
import type { LaunchCheck } from '../../protocol/launch-check.ts';
import type { ToAgent } from '../../protocol/messages.ts';
import { localData, type Prepared } from '../core/preparation.ts';
import { pythonPlaces } from '../supervisor/environment.ts';
import { findProgram, pathOfSweep, programProblem, searchPath } from '../supervisor/program-path.ts';
import { activate } from './activation.ts';
import { checkImports } from './imports.ts';
import { localDataProblem } from './local-data.ts';
import type { Place } from './place.ts';
import { askInterpreter, lookForEnvironment } from './python-environment.ts';
import { type PythonTarget, pythonTarget } from '../../model/command/python-target.ts';
import { findSetup } from './setup.ts';

export type CheckRequest = Omit<Extract<ToAgent, { kind: 'check-launch' }>, 'kind'>;

const limitMs = 30_000;

/** @returns what it has found so far where something unforeseen came in between, with that as the last */
export async function checkLaunch(place: Place, asked: CheckRequest): Promise<readonly LaunchCheck[]> {
  const log = `${place.host.root}/check-${randomBytes(4).toString('hex')}.log`;
  writeFileSync(log, '', { mode: 0o600 });
  const check = new Check(place, asked, log);
  try {
    await check.all();
  } catch (error) {
    const problem = `this host could not look: ${error instanceof Error ? error.message : String(error)}`;
    check.found.push({ kind: 'program', name: asked.spec.command[0] ?? '', path: null, problem });
  } finally {
    rmSync(log, { force: true });
  }
  return check.found;
}

class Check {
  readonly found: LaunchCheck[] = [];
  readonly #place: Place;
  readonly #asked: CheckRequest;
  readonly #log: string;
  #prepared: Prepared = { activation: [], path: null, python: null, setup: null };

  constructor(place: Place, asked: CheckRequest, log: string) {
    this.#place = place;
    this.#asked = asked;
    this.#log = log;
  }

  async all(): Promise<void> {
    this.#data();
    if (!this.#env() || !(await this.#activate())) return;
    const environment = await this.#environment();
    const files = this.#files();
    const setupIsDue = this.#setup(files);
    const folder = this.#prepared.setup?.folder ?? files;
    const argv = this.#argv();
    const isThere = this.#program(argv[0] ?? '', folder, setupIsDue);
    if (isThere && folder !== null) await this.#engines(argv, folder);
    const python = pythonTarget(argv);
    if (isThere && python !== null && environment !== 'to-be-made')
      await this.#python(python, folder, setupIsDue);
  }

  #data(): void {
    const path = localData(this.#asked.spec, this.#asked.settings);
    if (path !== null) this.found.push({ kind: 'data', path, problem: localDataProblem(path) });
  }

  /** What `env` is filled with comes before `activate`, and is mended in the same places. */
  #env(): boolean {
    const { missing } = this.#place.own;
    this.found.push(
      ...missing.map((one): LaunchCheck => ({ kind: 'activate', problem: missingText(one), logTail: '' })),
    );
    return missing.length === 0;
  }

  async #activate(): Promise<boolean> {
    const { settings, spec } = this.#asked;
    const active = await activate(this.#place, settings.activate, spec.activate);
    if (active === null) return true;
    if (active.kind === 'failed') {
      this.found.push({ kind: 'activate', problem: active.message, logTail: active.logTail });
      return false;
    }
    this.found.push({ kind: 'activate', problem: null, logTail: '' });
    this.#prepared = { ...this.#prepared, activation: active.command, path: active.path };
    return true;
  }

  /** The virtual environment: whether it is there, else whether it could be made. */
  async #environment(): Promise<'none' | 'made' | 'to-be-made'> {
    const { python } = this.#asked.spec;
    const { activation } = this.#prepared;
    if (python === null) return 'none';
    const found = await lookForEnvironment(this.#place, python, activation);
    if (found.kind === 'failed') {
      const { message: problem } = found;
      this.found.push({ kind: 'interpreter', name: 'python3', path: null, version: null, problem });
      return 'to-be-made';
    }
    this.#prepared = { ...this.#prepared, python: found.ready };
    if (found.ready !== null) {
      this.found.push({ kind: 'python', folder: found.ready, problem: null });
      return 'made';
    }
    this.found.push({ kind: 'interpreter', name: 'python3', ...found.interpreter, problem: null });
    const able = await this.#place.steps.run({
      argv: [...activation, 'python3', '-c', 'import venv, ensurepip'],
      folder: '/',
      environment: this.#place.environment,
      log: this.#log,
      limitMs,
      running: () => {},
    });
    const problem = able.kind === 'done' ? null : `\`python3 -m venv\` does not work: ${able.message}`;
    this.found.push({ kind: 'python', folder: null, problem });
    return 'to-be-made';
  }

  /** Whether a run would have to do it first. */
  #setup(files: string | null): boolean {
    const { setup: argv } = this.#asked.spec;
    if (argv === null) return false;
    const { activation: before, python } = this.#prepared;
    const own = { ...this.#place.own.values, ...this.#pythonPlaces(python) };
    const { done } = findSetup(this.#place, { argv, files, before, own });
    this.found.push({ kind: 'setup', argv, done: done !== null, shared: done?.shared ?? null });
    if (done !== null) {
      const setup = { folder: done.folder, began: done.began, before: [] };
      this.#prepared = { ...this.#prepared, setup };
    }
    return done === null;
  }

  #pythonPlaces(python: string | null): Record<string, string> {
    return python === null ? {} : pythonPlaces(python, this.#place.environment['PATH']);
  }

  /** Where the program's files lie; null where there are none, or they have not come. */
  #files(): string | null {
    const { files } = this.#asked.spec;
    if (files === null) return null;
    const folder = contentPath(this.#place.host.content, files);
    return existsSync(`${folder}.ready`) ? folder : null;
  }

  #argv(): string[] {
    const { spec, settings, params, seed } = this.#asked;
    const { root } = this.#place.host;
    return renderCommand(spec.command, {
      params,
      argStyle: spec.argStyle,
      booleans: spec.booleans,
      seed,
      data: localData(spec, settings),
      checkpoint: root,
      artifacts: root,
      trial: '',
      paramsFile: `${root}/params.json`,
      node: nodePath,
    });
  }

  /** The program itself says whether an engine works (docs/cnn1d.md): nobody else knows how it is loaded. */
  async #engines(argv: readonly string[], folder: string): Promise<void> {
    for (const { name, hash } of this.#asked.spec.engines) {
      const place = contentPath(this.#place.host.content, hash);
      const isThere = existsSync(`${place}.ready`);
      const tried = isThere
        ? await this.#place.steps.run({
            argv: [...argv, 'try-engine', name],
            folder,
            environment: { ...this.#place.environment, LABSWEEP_ENGINES: JSON.stringify({ [name]: place }) },
            log: this.#log,
            limitMs,
            running: () => {},
          })
        : null;
      const problem = tried?.kind === 'failed' ? tried.message : null;
      this.found.push({ kind: 'engine', name, isThere, problem });
    }
  }

  #program(name: string, folder: string | null, setupIsDue: boolean): boolean {
    const { environment } = this.#place;
    const path = searchPath(
      this.#prepared,
      this.#pythonPlaces(this.#prepared.python)['PATH'] ?? environment['PATH'] ?? '',
    );
    const work = folder ?? this.#place.host.root;
    const found = findProgram(name, path, work);
    const isThere = found.kind === 'found';
    const ownPath = pathOfSweep(this.#prepared, this.#asked.spec);
    // What a file of the program's own is, `setup` may decide.
    const problem =
      isThere || (setupIsDue && name.includes('/')) ? null : programProblem(name, found, work, ownPath);
    this.found.push({ kind: 'program', name, path: isThere ? found.path : null, problem });
    return isThere;
  }

  async #python(
    { interpreter, runs }: PythonTarget,
    folder: string | null,
    setupIsDue: boolean,
  ): Promise<void> {
    const { activation, python } = this.#prepared;
    const environment = this.#pythonPlaces(python);
    const place = { ...this.#place, environment: { ...this.#place.environment, ...environment } };
    const asked = await askInterpreter(place, `\`${interpreter}\``, interpreter, activation);
    if (asked.kind === 'failed') {
      const { message: problem } = asked;
      this.found.push({ kind: 'interpreter', name: interpreter, path: null, version: null, problem });
      return;
    }
    const { path, version } = asked.interpreter;
    this.found.push({ kind: 'interpreter', name: interpreter, path, version, problem: null });
    if (runs === null || setupIsDue || version.startsWith('2.')) return;
    const command = [...activation, interpreter];
    const root = folder ?? this.#place.host.root;
    this.found.push(...(await checkImports(place, command, runs, root, this.#log)));
  }
}
