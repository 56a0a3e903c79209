import { truncateSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { it } from './lab.ts';
import { cnn1dSweep, printsScore, shellSweep } from './sweeps.ts';

const toy = shellSweep(printsScore, 'grid: {x: [1, 2]}\n');
const withGrid = (grid: string): string => shellSweep(printsScore, `grid: ${grid}\n`);

describe('P8 a sweep file that cannot be meant is refused at its place, before anything starts', () => {
  it.for([
    ['an unknown key', `${toy}gird: {y: [1]}\n`, '7:1  gird: is no key here; did you mean grid?'],
    [
      'a value of the wrong type',
      `${toy}timeout: 3 parsecs\n`,
      '7:10  timeout: "3 parsecs" is not a duration: 90s, 15 min, 1h 30min or a number of seconds',
    ],
    [
      'a brace name close to a known one',
      toy.replace('{x}', '{sed}'),
      '3:59  program.command[3]: {sed} is no parameter of this sweep; did you mean {seed}?',
    ],
    [
      'a grid parameter that the command leaves out',
      withGrid('{x: [1], y: [1, 2]}'),
      '6:16  grid.y: varies, and the command leaves it out; add {y}, or {args} for all',
    ],
    ['an empty axis', withGrid('{x: []}'), '6:11  grid.x: is empty; an axis has at least one value'],
    ['an axis that repeats a value', withGrid('{x: [1, 2, 1]}'), '6:18  grid.x[2]: 1 is there twice'],
    [
      'more than 200,000 trials that nobody has confirmed',
      withGrid('{x: {from: 1, to: 300000}}'),
      '6:7  grid: 300,000 trials; if that is meant, say --yes',
    ],
    [
      'a folder of files that is not there',
      toy.replace('program:\n', 'program:\n  files: ./nope\n'),
      '3:10  program.files: there is no folder nope',
    ],
    [
      'a data set that is not there',
      `${toy}data: minni\n`,
      '7:7  data: there is no data set minni; did you mean mini? `labsweep data import minni FOLDER` makes one of WORD/NAME.wav files',
    ],
    [
      'an objective on a test figure',
      toy.replace('metric: score', 'metric: test_score'),
      '4:21  objective.metric: test_score is a test figure: choose on a validation metric, or write `selectOnTest: true` beside `objective` and have every table say so',
    ],
    [
      'a depth that the clip does not allow',
      cnn1dSweep('layers: [3, 9, 12]'),
      '6:18  grid.layers[2]: 12 layers leave nothing of a one-second clip; custom-k5 with kernel 5 and pool 3 has at most 9',
    ],
  ] as const)('%s', async ([, text, complaint], { lab }) => {
    lab.write('sweep.yaml', text);
    expect(await lab.refused('run', 'sweep.yaml')).toBe(`sweep.yaml:${complaint}\n`);
  });

  it('all that is wrong is heard at once, top to bottom', async ({ lab }) => {
    lab.write('sweep.yaml', withGrid('{x: [1]}\nreplicates: many\ngird: {}'));
    const said = await lab.refused('plan', 'sweep.yaml');
    expect(said.match(/^sweep\.yaml:\d+:\d+ {2}\w+/gm)).toEqual([
      'sweep.yaml:7:13  replicates',
      'sweep.yaml:8:1  gird',
    ]);
  });

  it('10 million points are counted, not expanded', async ({ lab }) => {
    lab.write('sweep.yaml', withGrid('{x: {from: 1, to: 10000000}}'));
    lab.env['NODE_OPTIONS'] = '--max-old-space-size=100'; // 10 million of anything are more
    expect(await lab.refused('run', 'sweep.yaml')).toBe(
      'sweep.yaml:6:7  grid: 10,000,000 trials are more than 1,000,000; draw some of them with `sample: {points: 500, seed: 1}`\n',
    );
  });

  it('files over 100 MB are refused with the largest named', async ({ lab }) => {
    lab.write('model/train.py', 'print()\n');
    truncateSync(lab.write('model/weights.bin', ''), 90e6); // sparse
    truncateSync(lab.write('model/old/weights.bin', ''), 20e6);
    lab.write('sweep.yaml', toy.replace('program:\n', 'program:\n  files: ./model\n'));
    expect(await lab.refused('run', 'sweep.yaml')).toBe(
      'sweep.yaml:3:10  program.files: the files are 110 MB, and 100 MB is the most that is sent to every host; ' +
        'name in .labsweepignore what trials do not need. The largest: ' +
        'weights.bin (90 MB), old/weights.bin (20 MB), train.py (0 MB)\n',
    );
  });

  it('a sweep file that is not there, or is a folder', async ({ lab }) => {
    const advice = 'there is no such file. `labsweep init` writes a first one.\n';
    expect(await lab.refused('run', 'nope.yaml')).toBe(`nope.yaml: ${advice}`);
    expect(await lab.refused('plan', 'home')).toBe(`home: ${advice}`);
  });

  it('a --set that fits nothing is named, not a line of the file', async ({ lab }) => {
    lab.write('sweep.yaml', toy);
    expect(await lab.refused('run', 'sweep.yaml', '--set', 'fixd.y=3')).toBe(
      '--set fixd.y=3  fixd: is no key here; did you mean fixed?\n',
    );
  });
});

describe('P8 an inventory that cannot be meant is refused at its place, before anything starts', () => {
  const here = '{"name": "here", "transport": "local"}';

  it.for([
    [
      'an unknown key',
      '{"hosts": [{"name": "here", "transprt": "local"}]}',
      ':1:29  hosts[0].transprt: is no key here; did you mean transport?',
    ],
    [
      'a value of the wrong type',
      '{"hosts": [{"name": "here", "transport": "local", "limits": {"slots": "four"}}]}',
      ':1:71  hosts[0].limits.slots: "four" is not a whole number of trials, 1 or more',
    ],
    [
      'a host that is there twice',
      `{"hosts": [${here},\n  ${here}]}`,
      ':2:12  hosts[1].name: here has this name as well as here at 1:21; keep one entry a machine',
    ],
    ['no JSON', '{"hosts": [', ':1:12  no JSON: '],
  ] as const)('%s', async ([, text, complaint], { lab }) => {
    lab.write('sweep.yaml', toy);
    lab.write('inventory.json', text);
    expect(await lab.refused('run', 'sweep.yaml')).toContain(`inventory.json${complaint}`);
  });

  it('one that is a folder, and what else cannot be read', async ({ lab }) => {
    lab.write('sweep.yaml', toy);
    expect(await lab.refused('run', 'sweep.yaml', '--inventory', 'home')).toMatch(
      /^home is not a file; name an inventory by --inventory\.\n$/,
    );
  });

  it('one that is named and not there', async ({ lab }) => {
    lab.write('sweep.yaml', toy);
    expect(await lab.refused('run', 'sweep.yaml', '--inventory', 'labs.json')).toBe(
      'labs.json: there is no such inventory.\n',
    );
  });
});

describe('P8 a command line that cannot be meant is refused', () => {
  it.for([
    [['rnu', 'sweep.yaml'], "error: unknown command 'rnu'\n(Did you mean run?)\n"],
    [['run', 'sweep.yaml', '--jsno'], "error: unknown option '--jsno'\n(Did you mean --json?)\n"],
    [['run'], "error: missing required argument 'sweep'\n"],
    [
      ['run', 'sweep.yaml', '--limit', 'few'],
      "error: option '--limit <n>' argument 'few' is invalid. a whole number from 1 on.\n",
    ],
    [
      ['run', 'sweep.yaml', '--keep', '--fresh'],
      "error: option '--keep' cannot be used with option '--fresh'\n",
    ],
    [['resume'], 'there is no .labsweep here or above; `labsweep run SWEEP` starts one.\n'],
    [['stop'], 'there is no .labsweep here or above; `labsweep run SWEEP` starts one.\n'],
    [['retry'], 'name a trial, or say --failed for all that failed.\n'],
    [['data', 'import', 'speech', 'nope'], /There is no folder or archive LAB\/nope\.\n$/],
    [['data', 'import', '../speech', 'home'], /^\.\.\/speech is no name for a data set: /],
    [['data', 'import', 'speech', 'home'], /WORD\/NAME\.wav/],
  ] as const)('%j', async ([args, complaint], { lab }) => {
    lab.write('sweep.yaml', toy);
    const said = await lab.refused(...args);
    if (typeof complaint === 'string') expect(said).toBe(complaint);
    else expect(said).toMatch(complaint);
  });
});
