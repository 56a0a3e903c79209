/** What the faults have done, as Markdown. Pure. */
import type { KillsOptions, KillsRound } from './coordinator-kills.ts';
import type { ParallelReport } from './parallel-storm.ts';
import { type StormReport, textOf } from './storm.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export function killsTable(rounds: readonly KillsRound[], { trials }: KillsOptions): string[] {
  const same = rounds.filter(({ sameLeaderboard }) => sameLeaderboard).length;
  const seconds = rounds.map((round) => round.seconds);
  return [
    `| ${rounds.length} sweeps of ${trials} trials on 4 hosts | |`,
    '| --- | --- |',
    `| coordinators killed with SIGKILL | ${sum(rounds.map(({ kills }) => kills))} |`,
    `| trials whose program never came to its end | ${sum(rounds.map(({ lost }) => lost))} |`,
    `| trials whose program came to its end more than once | ${sum(rounds.map(({ duplicated }) => duplicated))} |`,
    `| final leaderboards identical to that of an undisturbed run | ${same} of ${rounds.length} |`,
    `| seconds a sweep, all its coordinators together | ${Math.min(...seconds).toFixed(1)} to ${Math.max(...seconds).toFixed(1)} |`,
    ...rounds
      .filter(({ lost, duplicated, sameLeaderboard }) => lost + duplicated > 0 || !sameLeaderboard)
      .map((round) => `| wrong | ${JSON.stringify(round)} |`),
  ];
}

export function stormTable(seed: number, { faults, stories, wrong, seconds }: StormReport): string[] {
  const again = stories.filter(({ began }) => began > 1);
  const hits = sum(stories.map(({ because }) => because.length));
  return [
    `| a storm over 14 hosts, seed ${seed} | |`,
    '| --- | --- |',
    ...faults.map((fault) => `| at ${(fault.atMs / 1_000).toFixed(1)} s | ${textOf(fault)} |`),
    `| trials, all with the right result | ${stories.length} |`,
    `| of these ran once | ${stories.length - again.length} |`,
    `| attempts that ran on a host when it went down, and ran again | ${hits} |`,
    ...again.map(({ x, began, because }) => `| x=${x} began ${began} times | ${because.join('; ')} |`),
    `| wrong | ${wrong.length === 0 ? 'nothing' : wrong.join('; ')} |`,
    `| seconds | ${seconds.toFixed(0)} |`,
  ];
}

export const parallelTable = (ssh: string, report: ParallelReport): string[] => [
  `| the same storm by GNU parallel, \`${ssh}\` | |`,
  '| --- | --- |',
  `| commands that a person typed, and how each ended | ${report.commands.join('; ')} |`,
  `| trials without a success in its log in the end | ${report.missing} |`,
  `| trials that began again though nothing had ended them | ${report.beganAgainUnhit} |`,
  `| trials whose program came to its end more than once | ${report.endedTwice} |`,
  `| seconds | ${report.seconds.toFixed(0)} |`,
];
