/**
 * Makes an engine: tfjs's binding of npm, compiled against the libtensorflow of a wheel of PyPI. Nothing is downloaded
 * from elsewhere, and of what comes only the files stay that are loaded: the engine is sent to hosts.
 */
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { EngineError } from '../engine-error.ts';
import { prove } from './proof.ts';
import { type InstallableEngine, nodeHeaders, type Release, releases, wheelTags } from './releases.ts';
import { runTool, type Workplace } from './tool.ts';

export interface MadeEngine {
  /** In the draft: what is sent to hosts. */
  readonly folder: string;
  /** Of libtensorflow. */
  readonly version: string;
  readonly usesGpu: boolean;
}

/**
 * @param draft an empty folder, for what comes and for the engine
 * @param signal ends it, and what it has started
 * @param say hears what goes on, for people
 * @throws EngineError where a tool is missing, a download fails, or what was made does not compute
 */
export async function installEngine(
  name: InstallableEngine,
  draft: string,
  say: (step: string) => void,
  signal: AbortSignal,
): Promise<MadeEngine> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new EngineError(
      'no-start',
      `The engine ${name} is for Linux on x86_64, and this is ${process.platform} on ${process.arch}; wasm runs here.`,
    );
  const release: Release = releases[name];
  const work = { folder: join(draft, 'work'), signal };
  const engine = { folder: join(draft, 'engine'), signal };
  try {
    await Promise.all([work, engine].map(({ folder }) => mkdir(folder)));
    say(`downloading ${release.binding} ${release.bindingVersion}`);
    await downloadBinding(release, work);
    const libraries = join(work.folder, 'node_modules', release.binding, 'deps');
    await downloadLibraries(release, work, libraries, say);
    say('compiling the binding');
    await compile(release, work);
    say('trying it');
    const { files } = await prove(work, release.binding);
    // What is loaded only where there is a GPU does not show here.
    const loadedLater = await filesBelow(join(libraries, 'nvidia')).catch(() => []);
    const loaded = [...files, ...(await filesBelow(join(libraries, 'lib'))), ...loadedLater];
    await keep(loaded, work.folder, engine.folder);
    const { version, usesGpu } = await prove(engine, release.binding);
    await rm(work.folder, { recursive: true });
    return { folder: engine.folder, version, usesGpu };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const because = error instanceof Error ? error.message : String(error);
    throw new EngineError('no-start', `The engine ${name} cannot be made here: ${because}.`, error);
  }
}

/** Without its install script, which downloads from elsewhere. */
async function downloadBinding({ binding, bindingVersion }: Release, work: Workplace): Promise<void> {
  await writeFile(join(work.folder, 'package.json'), '{}');
  const packages = [`${binding}@${bindingVersion}`, nodeHeaders];
  await runTool(work, 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages]);
}

const librariesOfTensorflow = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

async function downloadLibraries(
  { wheel, wheelVersion, extra }: Release,
  work: Workplace,
  into: string,
  say: (step: string) => void,
): Promise<void> {
  const unpacked = join(work.folder, 'wheel');
  say(`downloading ${wheel} ${wheelVersion}`);
  await unpackWheel(`${wheel}==${wheelVersion}`, work, unpacked);
  await rm(into, { recursive: true, force: true });
  await mkdir(join(into, 'lib'), { recursive: true });
  for (const library of librariesOfTensorflow) {
    const file = join(into, 'lib', library);
    await rename(join(unpacked, 'tensorflow', library), file);
    // A quarter of it is names that only a debugger reads.
    await runTool(work, 'strip', ['--strip-unneeded', file]);
  }
  await rename(join(unpacked, 'tensorflow/include'), join(into, 'include'));
  const metadata = join(unpacked, `${wheel}-${wheelVersion}.dist-info/METADATA`);
  const others = extra === null ? [] : requirementsOf(await readFile(metadata, 'utf8'), extra);
  await rm(unpacked, { recursive: true });
  for (const requirement of others) await downloadCuda(requirement, work, into, say);
}

/** What a wheel requires for an extra (core metadata specifications, "Requires-Dist"), as pip takes it. */
export const requirementsOf = (metadata: string, extra: string): string[] =>
  [...metadata.matchAll(/^Requires-Dist: (\S+) *\(?(==[^\s;)]+)\)? *; *extra == '([^']+)'/gm)].flatMap(
    ([, name = '', version = '', of]) => (of === extra ? [`${name}${version}`] : []),
  );

/** Where the libraries look for each other, and libtensorflow for them: nvidia/NAME/lib beside its own folder. */
async function downloadCuda(
  requirement: string,
  work: Workplace,
  into: string,
  say: (step: string) => void,
): Promise<void> {
  say(`downloading ${requirement.replace('==', ' ')}`);
  const unpacked = join(work.folder, 'wheel');
  await unpackWheel(requirement, work, unpacked);
  const packages = join(unpacked, 'nvidia');
  for (const name of await readdir(packages)) {
    const libraries = join(packages, name, 'lib');
    if (!existsSync(libraries)) continue;
    await mkdir(join(into, 'nvidia', name), { recursive: true });
    await rename(libraries, join(into, 'nvidia', name, 'lib'));
  }
  await rm(unpacked, { recursive: true });
}

async function unpackWheel(requirement: string, work: Workplace, into: string): Promise<void> {
  const wheels = join(work.folder, 'wheels');
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-cache-dir', ...wheelTags];
  await runTool(work, 'python3', [...pip, '--dest', wheels, requirement]);
  const [wheel = ''] = await readdir(wheels);
  // A wheel is a zip file (PEP 427).
  await runTool(work, 'python3', ['-m', 'zipfile', '-e', join(wheels, wheel), into]);
  await rm(wheels, { recursive: true });
}

const flags = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-DNDEBUG'];

/** As binding.gyp of the binding has it, by one call of the compiler. */
async function compile({ binding }: Release, work: Workplace): Promise<void> {
  const folder = join(work.folder, 'node_modules', binding);
  const sources = (await readdir(join(folder, 'binding'))).filter((name) => name.endsWith('.cc'));
  // Where node-pre-gyp looks for what is compiled for version 8 of N-API.
  const built = join(folder, 'lib/napi-v8');
  await mkdir(built, { recursive: true });
  await runTool(work, 'g++', [
    ...flags,
    `-I${join(folder, 'deps/include')}`,
    `-I${join(work.folder, 'node_modules/node-api-headers/include')}`,
    ...sources.map((source) => join(folder, 'binding', source)),
    ...librariesOfTensorflow.map((library) => join(folder, 'deps/lib', library)),
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
    '-o',
    join(built, 'tfjs_binding.node'),
  ]);
}

/** Copies files to where they lie in `from`, each with the manifest of its package, by which it is found. */
async function keep(files: readonly string[], from: string, into: string): Promise<void> {
  const wanted = new Set(files.flatMap((file) => [file, ...manifestOf(file, from)]));
  for (const file of wanted) {
    const place = join(into, relative(from, file));
    await mkdir(dirname(place), { recursive: true });
    await copyFile(file, place);
  }
}

function manifestOf(file: string, root: string): string[] {
  for (let folder = dirname(file); folder.startsWith(`${root}/`); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return [manifest];
  }
  return [];
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
