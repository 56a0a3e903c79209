import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import { it, type Lab, nodeOfCheckout, until } from './lab.ts';

const root = join(import.meta.dirname, '../..');
/** A network is trained, beside all else that a machine does. */
const minutesMs = 180_000;

/** A checkout with a node_modules of its own, in which the modules are links and Node is a second name of this one's. */
function checkout(lab: Lab, name: string): string {
  const folder = lab.path(name);
  for (const part of ['bin', 'dist', 'data', 'sweeps', 'package.json'])
    cpSync(realpathSync(join(root, part)), join(folder, part), { recursive: true });
  const modules = realpathSync(join(root, 'node_modules'));
  mkdirSync(join(folder, 'node_modules'));
  for (const module of readdirSync(modules).filter((each) => !each.startsWith('node-')))
    symlinkSync(join(modules, module), join(folder, 'node_modules', module));
  mkdirSync(dirname(join(folder, nodeOfCheckout)), { recursive: true });
  linkSync(realpathSync(process.execPath), join(folder, nodeOfCheckout));
  return folder;
}

const gated = JSON.stringify({
  sweep: 'gated',
  program: {
    command: [
      'sh',
      '-c',
      'echo began >> $HOME/log; until [ -e $HOME/gate ]; do sleep 0.05; done; echo "{\\"score\\": $0}"',
      '{x}',
    ],
  },
  objective: { metric: 'score', goal: 'maximize' },
  resources: { cpus: 0 },
  grid: { x: [1, 2] },
});

describe('P10 an agent rests on nothing but its folder', () => {
  it.for([
    ['moved', (folder: string) => renameSync(folder, `${folder}-moved`)],
    ['deleted', (folder: string) => rmSync(folder, { recursive: true })],
    [
      'upgraded, its node_modules and what was built gone',
      (folder: string) => {
        for (const part of ['node_modules', 'dist']) rmSync(join(folder, part), { recursive: true });
      },
    ],
  ] as const)(
    'so that a sweep trains by another checkout after the first was %s in mid-sweep, and the first goes on',
    { timeout: minutesMs },
    async ([, deed], { lab }) => {
      lab.patienceMs = minutesMs;
      const [first, second] = [checkout(lab, 'first'), checkout(lab, 'second')];
      lab.write('gated.yaml', gated);
      const before = lab.typeIn(first, 'run', 'gated.yaml', '--state', 'ours');
      await until('both trials run', () => lab.read('home/log').split('\n').length === 3);
      deed(first);
      const small = ['--limit', '1', '--replicates', '1', '--set', 'fixed.epochs=1'];
      const start = ['run', 'second/sweeps/quickstart.yaml', '--inventory', 'inventory.json'];
      const told = await lab.typeIn(second, ...start, ...small).ended;
      expect(told.err + told.out).toContain('1 trial trained');
      lab.write('home/gate', '');
      expect(await before.ended).toMatchObject({ code: 0 });
    },
  );

  it('and no trial inherits the folders and variables of an npm that started labsweep', async ({ lab }) => {
    const checkoutFolder = checkout(lab, 'first');
    lab.env['PATH'] = `${checkoutFolder}/node_modules/.bin:/usr/bin:/bin`;
    lab.env['npm_config_local_prefix'] = checkoutFolder;
    lab.write(
      'env.yaml',
      JSON.stringify({
        sweep: 'env',
        program: { command: ['sh', '-c', 'env > $HOME/env; echo "{\\"x\\": 1}"'] },
        objective: { metric: 'x', goal: 'maximize' },
        grid: { a: [1] },
      }),
    );
    expect(await lab.typeIn(checkoutFolder, 'run', 'env.yaml').ended).toMatchObject({ code: 0 });
    expect(lab.read('home/env')).toContain('PATH=');
    expect(lab.read('home/env')).not.toContain(checkoutFolder);
  });
});

describe('a login file that is edited', () => {
  const asks = (name: string): string =>
    JSON.stringify({
      sweep: name,
      program: { command: ['sh', '-c', `echo "${name} $FLAVOUR" >> $HOME/log; echo "{\\"x\\": 1}"`] },
      objective: { metric: 'x', goal: 'maximize' },
      resources: { cpus: 0 },
      grid: { a: [1] },
    });

  it('counts for what starts after the next connection, by the same agent', async ({ lab }) => {
    lab.write('one.yaml', asks('one'));
    lab.write('two.yaml', asks('two'));
    lab.write('three.yaml', asks('three'));
    lab.write('home/.profile', 'export FLAVOUR=sweet\n');
    expect(await lab.labsweep('run', 'one.yaml')).toMatchObject({ code: 0 });
    const pid = lab.agent()?.pid;
    lab.write('home/.profile', 'export FLAVOUR=sour\n');
    expect(await lab.labsweep('run', 'two.yaml')).toMatchObject({ code: 0 });
    // One that fails changes nothing: trials have what was read before, and the agent's log says so.
    lab.write('home/.profile', 'export FLAVOUR=bitter\nexit 3\n');
    const third = await lab.labsweep('run', 'three.yaml');
    expect(third.code).toBe(0);
    expect(third.err).toMatch(
      /the login files of here could not be read: trials have the login environment as it was read at .* ended with exit code 3/,
    );
    expect(lab.read('home/log')).toBe('one sweet\ntwo sour\nthree sour\n');
    expect(lab.agent()?.pid).toBe(pid);
    const [machine = ''] = readdirSync(join(lab.host, 'host'));
    expect(readFileSync(join(lab.host, 'host', machine, 'agent.log'), 'utf8')).toContain(
      'trials have the login environment as it was read at',
    );
  });
});
