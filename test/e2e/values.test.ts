import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';
import { shellSweep } from './sweeps.ts';

/** Whatever stands for a shell command in an inventory or an ssh config would leave this file behind. */
const trace = 'owned';

const host = (lab: Lab, entry: object): void =>
  void lab.write('inventory.json', `{"hosts": [\n${JSON.stringify({ name: 'cedar', ...entry })}]}`);

/** An ssh that goes through a shell, as labs have it for their jump hosts. */
const sshConfig = (lab: Lab, more = ''): void => {
  const file = lab.write('ssh_config', `${more}\nHost *\n  ProxyCommand echo %h %p %r %n\n`);
  lab.env['LABSWEEP_SSH_CONFIG'] = file;
};

describe('P9 no value of an inventory becomes a command', { timeout: 90_000 }, () => {
  it('whatever key it is', async ({ lab }) => {
    sshConfig(lab);
    const command = `$(>${lab.path(trace)})`;
    for (const [entry, place] of [
      [{ address: command }, 'address'],
      [{ address: '-oProxyCommand=x' }, 'address'],
      [{ address: '192.0.2.1', user: command }, 'user'],
      [{ address: '192.0.2.1', user: '-l' }, 'user'],
      [{ jump: `a;>${lab.path(trace)};@gate` }, 'jump'],
      [{ jump: `gate,${command}` }, 'jump'],
      [{ folder: `/scratch/${command}` }, 'folder'],
    ] as const) {
      host(lab, { transport: 'openssh', ...entry });
      const { code, err } = await lab.labsweep('hosts', 'check');
      expect({ code, err }).toEqual({
        code: exitCode.badInput,
        err: expect.stringMatching(
          new RegExp(`inventory\\.json:2:\\d+  hosts\\[0\\]\\.${place}: ".+" is not a`),
        ),
      });
    }
    expect(lab.files()).not.toContain(trace);
  });

  it.for([
    ['HostName', '$(>TRACE)'],
    ['User', '$(>TRACE)'],
    ['ProxyJump', 'a;>TRACE;@gate'],
  ] as const)('nor %s of an ssh config', async ([key, value], { lab }) => {
    const told = value.replace('TRACE', lab.path(trace));
    sshConfig(lab, `Host cedar\n  ${key} ${told}\n`);
    host(lab, { transport: 'openssh' });
    const { code, out } = await lab.labsweep('hosts', 'check');
    expect({ code, out }).toEqual({
      code: exitCode.noHost,
      out: expect.stringContaining(`cedar has the ${key} `),
    });
    expect(lab.files()).not.toContain(trace);
  });

  it('nor of a sheet that `init` reads', async ({ lab }) => {
    lab.remove('inventory.json');
    lab.write('lab.csv', 'server,address\ncedar,$(id)\noak,192.0.2.7\n');
    const { code, err } = await lab.labsweep('init', '--from', 'lab.csv');
    expect(code).toBe(exitCode.badInput);
    expect(err).toMatch(/^lab\.csv: cedar, address: "\$\(id\)" is not a host name or an IP address/);
    expect(lab.files()).not.toContain('inventory.json');
  });
});

/** What a terminal would obey, or nobody sees; log-update's own moves of the cursor aside. */
const escape = '\u001b';
const dangerous = new RegExp(
  String.raw`(?![\n\r\t${escape}])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|${escape}(?!\[(?:\?25[hl]|\?2026[hl]|\d*[ABCDGKm]|\d*J))`,
  'u',
);

const names = {
  clears: '\u001b[3J\u001b[2Jx',
  titles: 'y\u001b]0;owned\u0007',
  turns: 'a\u202eb\u2066c',
  hides: 'd\u200be\ufefff',
  obeys: 'g\u009b31m\u007f\b\r',
  lines: 'h\ni\u2028j',
};

describe('P9 no value becomes an escape', { timeout: 90_000 }, () => {
  it('of a program: names of metrics and files, words of a failure, what a log says', async ({ lab }) => {
    const line = JSON.stringify({
      score: 1,
      ...Object.fromEntries(Object.values(names).map((name) => [name, 1])),
    });
    lab.write('line.json', `${line}\n`);
    lab.write('said.txt', `\u001b[31mred\u001b[0m ${names.titles} ${names.turns}\n`);
    const program = `cat '${lab.path('said.txt')}'; test "$0" = 1 || exit 3; cat '${lab.path('line.json')}'`;
    lab.write('sweep.yaml', shellSweep(program, `retries: 0\ngrid: {x: [1, "\\e[2J\\u202e"]}\n`));
    const run = lab.typeOnTerminal('run', 'sweep.yaml');
    expect(await run.ended).toMatchObject({ code: exitCode.failedInPart });
    expect(run.said.out).not.toMatch(dangerous);
    for (const args of [
      ['leaderboard'],
      ['show', 'x=1'],
      ['list'],
      ['why'],
      ['status'],
      ['plan', 'sweep.yaml'],
      ['plan', 'sweep.yaml', '--set', `fixed.${names.turns}=${names.clears}`],
      ['show', `x=${names.titles}`],
      ['stop', names.clears],
      [names.turns],
    ]) {
      const typed = lab.typeOnTerminal(...args);
      await typed.ended;
      expect(typed.said.out, args.join(' ')).not.toMatch(dangerous);
    }
    const logs = lab.typeOnTerminal('logs', 'x=1');
    await logs.ended;
    expect(logs.said.out).toContain('\u001b[31mred\u001b[0m');
    expect(logs.said.out).not.toMatch(dangerous);
    expect(logs.said.out).toContain('y\\u001b]0;owned\\u0007');
    // Into a file it goes as it was printed.
    const piped = lab.type('logs', 'x=1');
    await piped.ended;
    expect(piped.said.out).toContain(lab.read('said.txt'));
  });

  it('JSON says the same names as ever', async ({ lab }) => {
    const line = JSON.stringify({
      score: 1,
      ...Object.fromEntries(Object.values(names).map((name) => [name, 1])),
    });
    lab.write('line.json', `${line}\n`);
    lab.write('sweep.yaml', shellSweep(`cat '${lab.path('line.json')}'`, 'grid: {x: [1]}\n'));
    await lab.labsweep('run', 'sweep.yaml');
    const typed = lab.type('leaderboard', '--json');
    await typed.ended;
    expect(typed.said.out).not.toMatch(dangerous);
    const [row]: { metrics: object }[] = JSON.parse(typed.said.out).rows;
    expect(Object.keys(row?.metrics ?? {}).toSorted()).toEqual(['score', ...Object.values(names)].toSorted());
  });

  it('of an inventory: owners, reasons, labels, and what is refused of it', async ({ lab }) => {
    const devices = [{ gpu: 0, owner: names.clears, off: names.turns }];
    lab.inventory(1, { devices, labels: [names.titles], off: names.obeys });
    lab.write('sweep.yaml', shellSweep('exit 1', 'grid: {x: [1]}\n'));
    for (const args of [
      ['hosts', 'list'],
      ['hosts', 'check'],
      ['run', 'sweep.yaml'],
      ['plan', 'sweep.yaml'],
    ]) {
      const typed = lab.typeOnTerminal(...args);
      await typed.ended;
      expect(typed.said.out, args.join(' ')).not.toMatch(dangerous);
    }
    for (const entry of [{ address: names.clears }, { [names.turns]: 1 }, { name: names.titles }]) {
      host(lab, entry);
      const typed = lab.typeOnTerminal('hosts', 'list');
      expect(await typed.ended).toMatchObject({ code: exitCode.badInput });
      expect(typed.said.out).not.toMatch(dangerous);
    }
  });
});
