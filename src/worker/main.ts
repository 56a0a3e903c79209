/** The agent's command line. One file, for Node 16 and later; each command loads what it needs. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { holdFile } from '../model/hold-file.ts';

/** Its name is for who meets an agent among the processes of a host (ps(1)), and looks for how to get rid of it. */
const holdOption = 'emptied-by-touching';
const usage = `usage: agent.mjs serve|start|relay|holds --folder FOLDER [--idle-ms N] [--proc FOLDER] [--${holdOption} FILE]
  serve  be the agent of the folder, until idle for N ms (default 60000)
  start  see to it that one serves, and print its {socket, pid, build}
  relay  join standard input and output to it
  holds  print what ledgers have in the folder, a JSON array
`;

async function main([command, ...rest]: readonly string[]): Promise<number> {
  const options = parse(rest);
  const folder = options?.get('folder');
  const script = fileURLToPath(import.meta.url);
  if (options === null || folder === undefined) return complain(usage, 2);
  switch (command) {
    case 'serve': {
      const idleMs = Number(options.get('idle-ms') ?? 60_000);
      const { serve } = await import('./serve.ts');
      process.stdout.on('error', () => {}); // whoever waited for this line may have left
      await serve({
        folder: resolve(folder),
        script,
        idleMs,
        procRoot: options.get('proc') ?? '/proc',
        holdFile: options.get(holdOption) ?? holdFile,
        listening: () => void process.stdout.write('listening\n'),
      });
      return 0;
    }
    case 'start': {
      const { start } = await import('./start.ts');
      const passedOn = rest.filter((_, index) => rest[index - (index % 2)] !== '--folder');
      if (!options.has(holdOption)) passedOn.push(`--${holdOption}`, holdFile);
      process.stdout.write(`${JSON.stringify(await start(resolve(folder), script, passedOn))}\n`);
      return 0;
    }
    case 'relay': {
      const { relay } = await import('./relay.ts');
      return (await relay(folder)) ? 0 : complain('no agent serves this folder; start one\n', 1);
    }
    case 'holds': {
      const { heldIn } = await import('./held-in.ts');
      process.stdout.write(`${JSON.stringify(heldIn(folder))}\n`);
      return 0;
    }
    default:
      return complain(usage, 2);
  }
}

const isOption = new RegExp(`^--(folder|idle-ms|proc|${holdOption})$`);

/** `--name value` pairs; null where something is left over. */
function parse(words: readonly string[]): ReadonlyMap<string, string> | null {
  const options = new Map<string, string>();
  for (let index = 0; index < words.length; index += 2) {
    const name = words[index];
    const value = words[index + 1];
    if (name === undefined || value === undefined || !isOption.test(name)) return null;
    options.set(name.slice(2), value);
  }
  return options;
}

function complain(text: string, code: number): number {
  process.stderr.write(text);
  return code;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    // At once: what has begun already, as a socket, would keep a process that does nothing.
    process.exit(complain(`${error instanceof Error ? error.message : String(error)}\n`, 1));
  },
);
