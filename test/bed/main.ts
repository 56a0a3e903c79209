/** `npm run bed -- up 4`: a lab of sshd hosts to play in, for as long as its shell is open. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bed, type HostOptions, openBed } from './bed.ts';
import { whyNoBed } from './whether-here.ts';

const usage = `npm run bed -- up HOSTS [--gpus N] [--without-node N] [--shared-home N] [--delay MS] [-- COMMAND…]

  Brings up HOSTS sshd hosts on this machine and opens a shell on the laptop beside them, or runs COMMAND there.
  When it ends, all of it is gone. Needs root.

  --gpus N           each host has N GPUs, for which a stand-in of nvidia-smi answers
  --without-node N   the last N hosts have no Node
  --shared-home N    the last N hosts have one home
  --delay MS         each host is that far away, one way`;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(argv: readonly string[]): Promise<number> {
  const asked = read(argv);
  if (asked === null) {
    console.error(usage);
    return 2;
  }
  const reason = whyNoBed();
  if (reason !== null) {
    console.error(reason);
    return 1;
  }
  const interrupted = untilInterrupted();
  const began = performance.now();
  await using bed = await openBed({ hosts: asked.hosts });
  await Promise.all(asked.delayMs > 0 ? bed.hosts.map((host) => host.wan({ delayMs: asked.delayMs })) : []);
  if (asked.command.length === 0) console.error(welcome(bed, performance.now() - began));
  return await Promise.race([interrupted, runIn(bed, asked.command)]);
}

interface Asked {
  readonly hosts: readonly HostOptions[];
  readonly delayMs: number;
  /** Empty for a shell. */
  readonly command: readonly string[];
}

/** Null where it makes no sense. */
function read(argv: readonly string[]): Asked | null {
  const end = argv.indexOf('--');
  const number = { type: 'string', default: '0' } as const;
  try {
    const { values, positionals } = parseArgs({
      args: argv.slice(0, end < 0 ? argv.length : end),
      options: { gpus: number, 'without-node': number, 'shared-home': number, delay: number },
      allowPositionals: true,
    });
    const [verb, count] = positionals;
    const hosts = Number(count);
    if (verb !== 'up' || positionals.length !== 2 || !(hosts >= 1 && hosts <= 200)) return null;
    const isOfLast = (at: number, some: string): boolean => at >= hosts - Number(some);
    return {
      hosts: Array.from({ length: hosts }, (_, at) => ({
        gpus: Array.from({ length: Number(values.gpus) }, () => ({})),
        node: !isOfLast(at, values['without-node']),
        sharedHome: isOfLast(at, values['shared-home']) ? 'shared' : '',
      })),
      delayMs: Number(values.delay),
      command: end < 0 ? [] : argv.slice(end + 1),
    };
  } catch {
    return null;
  }
}

function welcome(bed: Bed, tookMs: number): string {
  return `
Up in ${(tookMs / 1000).toFixed(1)} s: ${bed.hosts.map(({ name }) => name).join(' ')}

  ssh host01                     as lab; mina is there as well
  bed crash host02 [--torn SEED] also start, halt, reboot, cut, heal, drop, undrop, wan HOST MS, exec HOST COMMAND
  node bin/labsweep.js run SWEEP --inventory $BED/inventory.json
  exit                           ends all of it

$BED is ${bed.folder}; what the hosts' /proc and nvidia-smi say is in $BED/hosts/NAME/proc and …/gpus/gpus.json.
Your home is a copy that goes with the bed.
`;
}

/** @returns the exit code */
async function runIn(bed: Bed, command: readonly string[]): Promise<number> {
  const rc = join(bed.folder, 'bashrc');
  writeFileSync(rc, "[ -f ~/.bashrc ] && . ~/.bashrc\nPS1='(bed) \\w \\$ '\n");
  const [program = 'bash', ...args] = command.length > 0 ? command : ['bash', '--rcfile', rc];
  const path = `${join(bed.folder, 'bin')}:${process.env['PATH'] ?? ''}`;
  const child = bed.spawn(program, args, { env: { BED: bed.folder, PATH: path } }, 'inherit');
  const [code] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

/** A shell takes Ctrl-C for what runs in it; a command is ended by it, as it would be without us. */
function untilInterrupted(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const isShell = !process.argv.includes('--');
  process.on('SIGINT', () => {
    if (!isShell) resolve(130);
  });
  process.on('SIGTERM', () => resolve(143));
  process.on('SIGHUP', () => resolve(129));
  return promise;
}
