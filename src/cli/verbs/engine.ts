import { Argument, Command } from 'commander';
import type { InstallableEngine } from '../../programs/cnn1d/engine/install/releases.ts';
import { tableLines } from '../../results/text-table.ts';
import type { Console } from '../console.ts';
import { addEngine, engineNames, listEngines } from '../../session/content/engines.ts';
import { onInterrupt } from '../interrupt.ts';
import { jsonOption, stateOption } from '../options.ts';
import { announceNew, stateFolderFor, stateFolderOf } from '../../session/place/state-folder.ts';
import { rememberUsed } from '../../session/place/last-used.ts';
import type { Verb } from '../verb.ts';

const what: Readonly<Record<InstallableEngine | 'wasm', string>> = {
  wasm: 'comes with labsweep; any host',
  native: 'libtensorflow; hosts with Linux on x86_64',
  gpu: 'libtensorflow with CUDA 12; hosts with GPUs of NVIDIA',
};

export const engineVerb: Verb = (console) =>
  new Command('engine')
    .summary('engines of cnn1d: install, list')
    .description(
      'What cnn1d computes on. wasm comes along; native and gpu are faster and are installed once.',
    )
    .addCommand(installCommand(console))
    .addCommand(listCommand(console))
    .addHelpText('after', '\nExample:\n  labsweep engine install native');

const installCommand = (console: Console): Command =>
  new Command('install')
    .description('Makes an engine on this machine; runs send it to the hosts that can use it.')
    .addArgument(new Argument('<engine>', 'which').choices(engineNames))
    .addOption(stateOption())
    .addHelpText(
      'after',
      '\nNeeds npm, python3 with pip, g++ and strip here, and nothing on hosts.\nExample:\n  labsweep engine install native',
    )
    .action(async (name: InstallableEngine, options: { state?: string }) => {
      const folder = stateFolderFor(console, console.cwd, options.state);
      announceNew(console, folder);
      const began = performance.now();
      const interrupt = onInterrupt();
      const ending = new AbortController();
      void interrupt.promise.then(() => ending.abort());
      const say = (step: string): void => console.tell(`${name}: ${step}\n`);
      const made = await addEngine(folder, name, say, ending.signal).finally(interrupt.forget);
      rememberUsed(console, { state: folder });
      const seconds = ((performance.now() - began) / 1_000).toFixed(0);
      console.out(
        `${name}: libtensorflow ${made.version}, made in ${seconds} s; sweeps with engine auto or ${name} train on it\n`,
      );
      if (name === 'gpu' && !made.usesGpu)
        console.out(
          'There is no GPU here that it can use: it was tried on the CPU. Hosts with GPUs get it all the same.\n',
        );
    });

const listCommand = (console: Console): Command =>
  new Command('list')
    .description('Lists the engines, and which are installed.')
    .addOption(stateOption())
    .addOption(jsonOption('one JSON document'))
    .addHelpText('after', '\nExample:\n  labsweep engine list')
    .action((options: { state?: string; json?: boolean }) => {
      const folder = stateFolderOf(console, console.cwd, options.state);
      const installed = folder === null ? [] : listEngines(folder);
      if (options.json === true) {
        console.out(`${JSON.stringify(installed)}\n`);
        return;
      }
      const rows = (['wasm', ...engineNames] as const).map((name) => {
        const version = installed.find((one) => one.name === name)?.version;
        return [name, name === 'wasm' ? 'there' : (version ?? 'not installed'), what[name]];
      });
      const heads = ['engine', 'libtensorflow', ''].map((head) => ({ head, align: 'left' as const }));
      console.out(`${tableLines(heads, rows).join('\n')}\n`);
    });
