import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readManifest } from '../../content/read-manifest.ts';
import { snapshot } from '../../content/snapshot.ts';
import type { ContentHash } from '../../model/ids.ts';
import { canonicalJson } from '../../model/grid/canonical.ts';
import type { WantedWheels } from '../../protocol/messages.ts';

export type Downloaded =
  /** A folder of the content store. */
  | { readonly kind: 'wheels'; readonly hash: ContentHash }
  | { readonly kind: 'none'; readonly because: string };

const run = promisify(execFile);
/** Large wheels over a slow line. */
const limitMs = 3_600_000;

/** Wheels for hosts that reach no package index: downloaded on this machine, once for hosts that are alike. */
export class WheelHouse {
  readonly #store: string;
  readonly #downloads = new Map<string, Promise<Downloaded>>();
  readonly #closing = new AbortController();

  /** @param store the content store that hosts are shipped from */
  constructor(store: string) {
    this.#store = store;
  }

  /** @param requirements the text of a requirements file */
  download(requirements: string, wanted: WantedWheels): Promise<Downloaded> {
    const key = canonicalJson({ requirements, wanted });
    const known = this.#downloads.get(key) ?? this.#download(requirements, wanted);
    this.#downloads.set(key, known);
    return known;
  }

  /** Ends what is under way: it would keep this process. */
  close(): void {
    this.#closing.abort();
  }

  async #download(requirements: string, wanted: WantedWheels): Promise<Downloaded> {
    const folder = await mkdtemp(join(tmpdir(), 'labsweep-wheels-'));
    try {
      const list = join(folder, 'requirements.txt');
      const wheels = join(folder, 'wheels');
      await mkdir(wheels);
      await writeFile(list, requirements);
      await run('python3', pipArguments(list, wheels, wanted), {
        timeout: limitMs,
        signal: this.#closing.signal,
        maxBuffer: 64 * 1024 ** 2,
      });
      const read = await readManifest(wheels, { ignore: 'nothing' });
      if (read.kind === 'refused') return { kind: 'none', because: 'the wheels cannot be read' };
      await snapshot(wheels, read.manifest, this.#store);
      return { kind: 'wheels', hash: read.hash };
    } catch (error) {
      return { kind: 'none', because: becauseOf(error) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** pip's way to fetch for another machine ("pip download": these options need --only-binary). */
const pipArguments = (list: string, wheels: string, wanted: WantedWheels): string[] => [
  '-m',
  'pip',
  'download',
  '--disable-pip-version-check',
  '--no-input',
  '--only-binary=:all:',
  '--python-version',
  wanted.python,
  '--implementation',
  wanted.implementation,
  ...wanted.abis.flatMap((abi) => ['--abi', abi]),
  ...wanted.platforms.flatMap((platform) => ['--platform', platform]),
  '-d',
  wheels,
  '-r',
  list,
];

function becauseOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    return 'this machine has no python3 with pip to download them by';
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trimEnd() : '';
  return said.split('\n').at(-1) || String(error);
}
