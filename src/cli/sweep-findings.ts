/** How a sweep would fare on a host, for a person: what is good, what a run would make first, what is missing and the remedy. */
import type { HostEntry } from '../coordinator/coordinator.ts';
import type { Inspection } from '../coordinator/fleet/inspect.ts';
import { limitsOf } from '../throttle/limits.ts';
import type { LaunchCheck } from '../protocol/launch-check.ts';
import type { AskedSweep } from '../session/sweep/asked-sweep.ts';
import { counted } from '../session/text/counted.ts';
import type { Finding } from './host-findings.ts';
import { resourceFindings } from './resource-findings.ts';

type Entered = Extract<Inspection, { kind: 'entered' }>;

const good = (text: string): Finding => ({ level: 'good', text });
const note = (text: string): Finding => ({ level: 'note', text });
const bad = (text: string): Finding => ({ level: 'bad', text });

/** @param found with the answer about the sweep, or without one where the host lacks a label for it */
export function sweepFindings(asked: AskedSweep, host: HostEntry, found: Entered): Finding[] {
  const { launch } = found;
  if (launch === null)
    return [note(`is not run here: the host lacks ${missingLabels(asked, host).join(', ')}`)];
  const { unshipped, dataIsThere, checks } = launch;
  return [
    ...(unshipped === null ? [] : [bad(`the program's files cannot be brought: ${unshipped}`)]),
    ...dataFindings(asked, dataIsThere),
    ...checks
      .filter((check) => isWorthALine(check, checks) && isForHost(asked, check, found))
      .map((check) => checkFinding(asked, check)),
    ...importsFound(checks),
    ...resourceFindings(asked.points, limitsOf(host.limits), found),
  ];
}

/** A Python is told of with its version; one package that is missing once, however often it is imported. */
function isWorthALine(check: LaunchCheck, checks: readonly LaunchCheck[]): boolean {
  if (check.kind === 'program' && check.problem === null)
    return !checks.some((other) => other.kind === 'interpreter' && other.name === check.name);
  if (check.kind !== 'import') return true;
  const { problem } = check;
  const first = checks.find((other) => other.kind === 'import' && other.problem === problem);
  return problem !== null && first === check;
}

/** An engine for GPUs is not sent where there are none. */
const isForHost = ({ declaration }: AskedSweep, check: LaunchCheck, { facts }: Entered): boolean =>
  check.kind !== 'engine' ||
  (facts.gpus ?? []).length > 0 ||
  declaration.spec.engines.every(({ name, isForGpus }) => name !== check.name || !isForGpus);

export const missingLabels = ({ declaration }: AskedSweep, { labels }: HostEntry): string[] =>
  declaration.labels.filter((label) => !labels.includes(label));

/** Of a data set that a run sends. */
function dataFindings({ declaration, missing }: AskedSweep, isThere: boolean | null): Finding[] {
  if (isThere === null) return [];
  const [notImported] = missing;
  if (notImported !== undefined)
    return [note(`${notImported.what} is not imported here yet: ${notImported.remedy}`)];
  const name = declaration.dataName ?? '';
  return [
    isThere
      ? good(`data set ${name} is there`)
      : note(`data set ${name} is not there yet: the first run sends it`),
  ];
}

function checkFinding(asked: AskedSweep, check: LaunchCheck): Finding {
  const { requirements } = asked;
  switch (check.kind) {
    case 'data':
      return check.problem === null
        ? good(`data at ${check.path}`)
        : bad(
            `${check.problem}; bring it there, or say in inventory.json where it lies: "data": {${JSON.stringify(asked.declaration.dataName)}: "/…"}`,
          );
    case 'activate':
      return check.problem === null
        ? good('`activate` works')
        : {
            ...bad(`${check.problem}; mend it in the sweep, or in the host's entry of inventory.json`),
            log: check.logTail.includes('\n') ? check.logTail : '',
          };
    case 'interpreter':
      return check.problem === null
        ? good(`${check.name} is ${check.path}, Python ${check.version}`)
        : bad(`${check.problem}; install it there, or name what has it in \`activate\``);
    case 'python':
      if (check.problem !== null)
        return bad(
          `${check.problem}; have its packages installed there (Debian: python3-venv), or \`activate\` another Python`,
        );
      return check.folder === null
        ? note(
            `the first run makes a Python environment of ${requirements ?? ''} (${counted(packagesOf(asked), 'package')}); what the program imports can be seen after that`,
          )
        : good(`the Python environment of ${requirements ?? ''} is made`);
    case 'setup':
      if (check.done && check.shared !== null)
        return note(
          `\`setup\` (${check.argv.join(' ')}) is done; trials share what it made, read-only, because it ${check.shared}`,
        );
      return check.done
        ? good(`\`setup\` (${check.argv.join(' ')}) is done; each trial begins with a copy of what it left`)
        : note(
            `the first run does \`setup\` (${check.argv.join(' ')}); what it makes can be seen after that`,
          );
    case 'program':
      if (check.problem !== null)
        return bad(`${check.problem}; install it there, or say in \`activate\` what brings it`);
      return check.path === null
        ? note(`${check.name} is not there before \`setup\` has run`)
        : good(`${check.name} is ${check.path}`);
    case 'engine':
      if (check.problem !== null)
        return bad(`engine ${check.name}: ${check.problem}; trials of engine auto take the next best`);
      return check.isThere
        ? good(`engine ${check.name} works`)
        : note(`engine ${check.name} is not there yet: the first run sends it`);
    case 'script':
      return bad(`${check.path} ${check.problem ?? ''}`);
    case 'import':
      return importFinding(check, requirements);
    default:
      return check satisfies never;
  }
}

function importFinding(
  { module, where, certain, problem }: Extract<LaunchCheck, { kind: 'import' }>,
  requirements: string | null,
): Finding {
  if (!certain) return note(`${where} imports ${module}, where that is needed: ${problem}`);
  const remedy = !(problem ?? '').startsWith('ModuleNotFoundError')
    ? 'its version does not fit the program, or something below it is missing'
    : requirements === null
      ? 'install it where the program finds it, or list it in a file that `python` names'
      : `list it in ${requirements}`;
  return bad(`${where} imports ${module}: ${problem}; ${remedy}`);
}

function importsFound(checks: readonly LaunchCheck[]): Finding[] {
  const well = checks.flatMap((check) =>
    check.kind === 'import' && check.problem === null ? [check.module] : [],
  );
  const tops = [...new Set(well.map((module) => module.split('.', 1)[0] ?? module))];
  return tops.length === 0 ? [] : [good(`imports that work: ${tops.join(', ')}`)];
}

/** Lines that name one: neither comments nor options. */
const packagesOf = ({ declaration }: AskedSweep): number =>
  (declaration.spec.python ?? '').split('\n').filter((line) => /^\s*\w/.test(line)).length;
