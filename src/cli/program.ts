import { Command, CommanderError, Option } from 'commander';
import type { Console } from './console.ts';
import { errorText } from '../session/text/error-text.ts';
import { type ExitCode, exitCode, exitCodeAfter } from './exit.ts';
import { packageVersion } from '../session/package-files.ts';
import type { Verb } from './verb.ts';
import { coordinateVerb } from './verbs/coordinate.ts';
import { completionVerb } from './verbs/completion.ts';
import { dataVerb } from './verbs/data.ts';
import { engineVerb } from './verbs/engine.ts';
import { hostsVerb } from './verbs/hosts.ts';
import { initVerb } from './verbs/init.ts';
import { compareVerb } from './verbs/compare.ts';
import { effectsVerb } from './verbs/effects.ts';
import { leaderboardVerb } from './verbs/leaderboard.ts';
import { ledgerVerb } from './verbs/ledger.ts';
import { listVerb } from './verbs/list.ts';
import { logsVerb } from './verbs/logs.ts';
import { mergeVerb } from './verbs/merge.ts';
import { pauseVerb } from './verbs/pause.ts';
import { planVerb } from './verbs/plan.ts';
import { resumeVerb } from './verbs/resume.ts';
import { retryVerb } from './verbs/retry.ts';
import { runVerb } from './verbs/run.ts';
import { showVerb } from './verbs/show.ts';
import { statusVerb } from './verbs/status.ts';
import { stopVerb } from './verbs/stop.ts';
import { trustVerb } from './verbs/trust.ts';
import { tryVerb } from './verbs/try.ts';
import { whyVerb } from './verbs/why.ts';

/** In the order in which a person meets them. */
const verbs: readonly Verb[] = [
  initVerb,
  hostsVerb,
  trustVerb,
  dataVerb,
  engineVerb,
  planVerb,
  tryVerb,
  runVerb,
  resumeVerb,
  statusVerb,
  whyVerb,
  listVerb,
  showVerb,
  logsVerb,
  retryVerb,
  pauseVerb,
  stopVerb,
  leaderboardVerb,
  effectsVerb,
  compareVerb,
  mergeVerb,
  ledgerVerb,
  completionVerb,
];

/** Runs one command line and says with what code the process ends. Nothing a person did shows a stack trace. */
export async function runCommand(args: readonly string[], console: Console): Promise<ExitCode> {
  let code: ExitCode = exitCode.done;
  const program = labsweep(console, (ended) => (code = ended));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.badInput;
    console.tell(`${errorText(error, args.includes('--debug'))}\n`);
    return exitCodeAfter(error);
  }
}

function labsweep(console: Console, done: (code: ExitCode) => void): Command {
  const program = new Command('labsweep')
    .description("Hyperparameter sweeps over a lab's shared servers, by SSH alone.")
    .version(packageVersion())
    .addOption(debugOption())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => console.out(text),
      writeErr: (text) => console.tell(text),
    });
  for (const verb of verbs) program.addCommand(inheritSettings(verb(console, done), program));
  program.addCommand(inheritSettings(coordinateVerb(console, done), program), { hidden: true });
  return program;
}

/** How errors and help are written, and `--debug`, hold for a verb and its verbs (`data import`) alike. */
function inheritSettings(command: Command, from: Command): Command {
  command.copyInheritedSettings(from).addOption(debugOption());
  for (const nested of command.commands) inheritSettings(nested, command);
  return command;
}

const debugOption = (): Option => new Option('--debug', 'show the stack of an error').hideHelp();
