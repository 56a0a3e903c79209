import { Command } from 'commander';
import type { HostEntry } from '../../coordinator/coordinator.ts';
import { type Declared, declare } from '../../coordinator/declaration.ts';
import { emptyLedger, type LedgerState } from '../../ledger/state.ts';
import { trialId } from '../../model/ids.ts';
import { readLedgerState } from '../declare.ts';
import { readLab } from '../lab.ts';
import {
  inventoryOption,
  jsonOption,
  limitOption,
  nameOption,
  replicatesOption,
  setOption,
  stateOption,
  yesOption,
} from '../options.ts';
import { plannedData } from '../planned-data.ts';
import { planLines } from '../plan-lines.ts';
import type { Plan, PlannedTrial } from '../plan-document.ts';
import { readProgram } from '../program-files.ts';
import { stateFolderOf } from '../state-folder.ts';
import type { Verb } from '../verb.ts';
import { type LoadedSweep, loadSweep, type SweepOptions } from '../sweep-source.ts';

interface PlanOptions extends SweepOptions {
  readonly state?: string;
  readonly inventory?: string;
  readonly json?: boolean;
}

export const planVerb: Verb = (console) =>
  new Command('plan')
    .summary('show what a sweep would train; starts and writes nothing')
    .description(
      'Checks a sweep file and shows its trials: how many, how large, which have a result already.',
    )
    .argument('<sweep>', 'the sweep file')
    .addOption(setOption())
    .addOption(limitOption())
    .addOption(replicatesOption())
    .addOption(nameOption())
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addOption(yesOption())
    .addOption(jsonOption('the whole plan as one JSON document'))
    .addHelpText('after', '\nExample:\n  labsweep plan sweeps/lab.yaml')
    .action(async (path: string, options: PlanOptions) => {
      const loaded = loadSweep(console, path, options);
      const stateFolder = stateFolderOf(console, loaded.folder, options.state);
      const places = { sweep: loaded.folder, state: stateFolder ?? undefined };
      const { hosts } = readLab(console, places, options.inventory);
      const plan = await planOf(console, loaded, hosts, stateFolder);
      if (options.json === true) console.out(`${JSON.stringify(plan)}\n`);
      else console.out(`${planLines(plan, loaded.excluded, console.columns).join('\n')}\n`);
    });

async function planOf(
  console: Parameters<Verb>[0],
  loaded: LoadedSweep,
  hosts: readonly HostEntry[],
  stateFolder: string | null,
): Promise<Plan> {
  const { program } = await readProgram(console, loaded);
  const data = await plannedData(loaded, program.description, stateFolder);
  const declared = declare(loaded.sweep, loaded.path, loaded.points, program, data.resolved);
  const ledger = stateFolder === null ? emptyLedger() : readLedgerState(stateFolder);
  return {
    sweep: loaded.sweep.name,
    points: declared.points.length,
    trials: trialsOf(declared, ledger),
    devices: hosts.map(({ name, off }) => ({ host: name, off })),
    missing: data.missing,
    eta: null,
  };
}

function trialsOf({ points, declaration }: Declared, ledger: LedgerState): PlannedTrial[] {
  return points.flatMap((point) =>
    point.trials.map((trial, index) => ({
      trial,
      params: point.params,
      case: point.case,
      replicate: index + 1,
      seed: declaration.seeds[index] ?? 0,
      parameters: point.parameters,
      predicted: {
        seconds: null,
        gpuMemoryBytes: point.resources.gpuMemoryBytes,
        hostMemoryBytes: point.resources.hostMemoryBytes,
      },
      cached: ledger.trials.get(trialId(trial))?.status.kind === 'succeeded',
    })),
  );
}
