import { Command } from 'commander';
import type { Declared } from '../../coordinator/declaration.ts';
import type { Forecast, HostForecast } from '../../coordinator/forecast.ts';
import { isDone } from '../../ledger/results.ts';
import { emptyLedger, type LedgerState } from '../../ledger/state.ts';
import { mostCopiedBytes } from '../../model/launch.ts';
import { refusalText } from '../../model/refusal/refusal.ts';
import { chooseSweep } from '../../session/sweep/chosen-sweep.ts';
import { type ChangeOptions, checkProgram, readLedgerState } from '../../session/sweep/declare.ts';
import { exitCode } from '../exit.ts';
import { keptProgram } from '../../session/program/kept-program.ts';
import { readLab } from '../../session/lab/lab.ts';
import { type DeclaredAnew, declareAnew, type Lacking, lackingText } from '../../session/sweep/lacking.ts';
import { leavingOf } from '../../session/sweep/leaving.ts';
import {
  inventoryOption,
  jsonOption,
  limitOption,
  nameOption,
  keepOption,
  freshOption,
  replicatesOption,
  setOption,
  stateOption,
  yesOption,
} from '../options.ts';
import { coresNote, lacksGpuEngine } from '../../session/sweep/cores-note.ts';
import { forecastOf } from '../../session/sweep/planned-forecast.ts';
import { plannedData } from '../../session/sweep/planned-data.ts';
import { planLines } from '../plan-lines.ts';
import type { Plan, PlannedHost, PlannedTrial } from '../plan-document.ts';
import { quoted } from '../../session/text/quoted.ts';
import { argsNote } from '../../session/sweep/args-note.ts';
import { noteBystanders } from '../../session/program/known-bystanders.ts';
import { seedNote } from '../../session/sweep/seed-note.ts';
import { shownVariables } from '../shown-variables.ts';
import { stateFolderOf } from '../../session/place/state-folder.ts';
import type { Verb } from '../verb.ts';
import { type LoadedSweep, loadSweep, type SweepOptions } from '../../session/sweep/sweep-source.ts';
import { jsonText } from '../../model/value.ts';

interface PlanOptions extends SweepOptions, ChangeOptions {
  readonly state?: string;
  readonly inventory?: string;
  readonly json?: boolean;
}

export const planVerb: Verb = (console, done) =>
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
    .addOption(keepOption())
    .addOption(freshOption())
    .addOption(stateOption())
    .addOption(inventoryOption())
    .addOption(yesOption())
    .addOption(jsonOption('the whole plan as one JSON document'))
    .addHelpText('after', '\nExample:\n  labsweep plan sweeps/lab.yaml')
    .action(async (path: string, options: PlanOptions) => {
      const loaded = loadSweep(console, path, options);
      const chosen = chooseSweep(console, path, options);
      const stateFolder = stateFolderOf(console, loaded.folder, options.state);
      const places = { sweep: loaded.folder, state: stateFolder ?? undefined };
      const { hosts, inventory } = readLab(console, places, options.inventory);
      const used = { state: stateFolder, inventory: inventory?.path ?? null };
      const read = await checkProgram(console, loaded, used);
      const { program } = read;
      // An inventory that is named now is one also where another is found next time.
      if (stateFolder !== null && read.files !== null)
        noteBystanders(
          stateFolder,
          new Map([...read.files.bystanders.places].filter(([, kind]) => kind === 'inventory')),
        );
      const data = await plannedData(loaded, program.description, stateFolder);
      const ledger = stateFolder === null ? emptyLedger() : readLedgerState(stateFolder);
      const asked = { ledger, loaded: chosen.loaded, read, data: data.resolved, stateFolder };
      const kept = await keptProgram(asked, options);
      const declaredBy = (one: LoadedSweep): DeclaredAnew =>
        declareAnew(ledger, one, kept, data.resolved, options);
      const { declared, lacking } = declaredBy(loaded);
      const whole = declaredBy(chosen.loaded);
      // A state of its own: the forecast goes on with it.
      const before = stateFolder === null ? emptyLedger() : readLedgerState(stateFolder);
      const {
        eta,
        hosts: forecasts,
        predict,
        stranded,
      } = forecastOf(before, hosts, whole.declared, declared, stateFolder);
      const plan: Plan = {
        sweep: chosen.loaded.sweep.name,
        points: declared.points.length,
        trials: trialsOf(declared, ledger, lacking, predict),
        devices: hosts.map(({ name, off }, place) => plannedHost(name, off, forecasts[place])),
        missing: [...data.missing, ...missingResults(ledger, declared, lacking)],
        leaving: leavingOf(ledger, whole.declared, whole.replaced),
        shown: shownVariables(console, loaded),
        besides: [...(read.files?.bystanders.found ?? [])].map(([file, what]) => ({ path: file, what })),
        seedNote: await seedNote(loaded, read.files),
        argsNote: argsNote(loaded.sweep),
        coresNote: lacksGpuEngine(loaded, kept.launch)
          ? coresNote(forecasts.map(({ host, facts }) => ({ name: host, facts })))
          : null,
        setup: kept.launch.setup === null ? null : setupText,
        eta,
      };
      if (options.json === true) console.out(`${jsonText(plan)}\n`);
      else console.out(`${planLines(plan, loaded.excluded, console.columns).join('\n')}\n`);
      if (stranded === null) return;
      for (const { host, refusal } of stranded) console.tell(`${host}: ${refusalText(refusal)}\n`);
      console.tell(`No host can take ${loaded.sweep.name}; \`labsweep run\` would end with that.\n`);
      done(exitCode.noHost);
    });

/** What a `setup` makes can be seen only on a host that has run it: `hosts check` tells of each. */
const setupText =
  `Each trial begins with a copy of what \`setup\` leaves. If that holds the path of its own folder (a virtual environment, ` +
  `a cache of cmake) or is over ${mostCopiedBytes / 1e6} MB, all trials of a host share what \`setup\` made, read-only; ` +
  'labsweep hosts check --sweep says which it is.';

/** Results that are there and do not count. */
const missingResults = (
  ledger: LedgerState,
  { declaration: { objective, path } }: Declared,
  lacking: readonly Lacking[],
): Plan['missing'] =>
  lacking.length === 0
    ? []
    : [
        {
          what: lackingText(ledger, objective, lacking),
          remedy: `\`labsweep run ${quoted(path)} --fresh\` trains ${lacking.length === 1 ? 'this trial' : `these ${lacking.length} trials`} anew, --keep goes on without`,
        },
      ];

function trialsOf(
  { points, declaration }: Declared,
  ledger: LedgerState,
  lacking: readonly Lacking[],
  predict: Forecast['predict'],
): PlannedTrial[] {
  const has = new Map<string, string>(lacking.map((one) => [one.trial.id, one.has]));
  return points.flatMap((point) => {
    const predicted = predict(point);
    return point.trials.map((trial, index) => ({
      trial,
      params: point.params,
      case: point.case,
      replicate: index + 1,
      seed: declaration.seeds[index] ?? 0,
      parameters: point.parameters,
      predicted,
      cached: !has.has(trial) && isDone(ledger, trial),
      lacks: has.get(trial) ?? null,
    }));
  });
}

function plannedHost(host: string, off: string | null, known: HostForecast | undefined): PlannedHost {
  const { facts = null, trials = null, seconds = null, refusal = null } = known ?? {};
  return {
    host,
    off,
    cpus: facts?.cpus ?? null,
    memoryBytes: facts?.memoryBytes ?? null,
    gpus: facts?.gpus?.map(({ index, name, memoryBytes }) => ({ index, name, memoryBytes })) ?? null,
    trials,
    seconds,
    because: trials === null || refusal === null ? null : refusalText(refusal),
  };
}
