/** What the trials of a sweep ask for, against what a host has with nobody on it. */
import type { Inspection } from '../coordinator/fleet/inspect.ts';
import type { PointDeclaration } from '../ledger/events.ts';
import { refusalText } from '../model/refusal/refusal.ts';
import { formatSize } from '../model/size.ts';
import { idleHost, misfit } from '../throttle/idle-host.ts';
import type { Limits } from '../throttle/limits.ts';
import { cpusOf } from '../throttle/room.ts';
import { counted } from '../session/text/counted.ts';
import type { Finding } from './host-findings.ts';

type Entered = Extract<Inspection, { kind: 'entered' }>;
type Points = readonly PointDeclaration[];

export const resourceFindings = (points: Points, limits: Limits, { facts, probe }: Entered): Finding[] => [
  ...fitting(points, limits, facts),
  ...cores(points, cpusOf(facts.cpus, limits)),
  ...disk(points, limits, probe),
];

/** By the rules that schedulers and agents ask. */
function fitting(points: Points, limits: Limits, facts: Entered['facts']): Finding[] {
  const host = idleHost(facts, limits);
  const refusals = points
    .map(({ resources }) => misfit(resources, host))
    .filter((refusal) => refusal !== null);
  const [first] = refusals;
  if (first === undefined)
    return [
      {
        level: 'good',
        text: `${counted(points.length, 'point')} ${points.length === 1 ? 'fits' : 'fit'} the host when it is idle`,
      },
    ];
  // Of a driver that has said nothing yet, the host's own findings tell.
  if (first.kind === 'preparing') return [];
  return refusals.length === points.length
    ? [
        {
          level: 'bad',
          text: `no point fits: ${refusalText(first)}; ask for less in \`resources\`, or leave it to other hosts`,
        },
      ]
    : [
        {
          level: 'note',
          text: `${refusals.length} of ${points.length} points do not fit and are left to other hosts: ${refusalText(first)}`,
        },
      ];
}

/** Such a trial is let in where nothing else holds a core (throttle/rules.ts), and is slower than it was meant to be. */
function cores(points: Points, cpus: number): Finding[] {
  const most = Math.max(0, ...points.map(({ resources }) => resources.cpus));
  return most > cpus
    ? [{ level: 'note', text: `asks for ${counted(most, 'core')} of ${cpus}: such a trial runs there alone` }]
    : [];
}

function disk(points: Points, limits: Limits, { freeKib, folder }: Entered['probe']): Finding[] {
  const asked = Math.max(0, ...points.map(({ resources }) => resources.diskBytes ?? 0));
  const need = limits.diskFreeBytes + asked;
  // That there is less than stays free by itself is said of the host.
  if (asked === 0 || freeKib === null || freeKib * 1024 >= need) return [];
  return [
    {
      level: 'bad',
      text: `${formatSize(freeKib * 1024)} are free in ${folder}; nothing starts under ${formatSize(need)}: ${formatSize(limits.diskFreeBytes)} that stay free (\`limits.disk\` in inventory.json) and ${formatSize(asked)} of \`resources.disk\`; make room or set "folder"`,
    },
  ];
}
