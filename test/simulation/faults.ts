/** What goes wrong in a lab, and what people say to it in between. */
import type { Random } from './random.ts';
import type { VirtualLab } from './virtual-lab.ts';

const minute = 60_000;
const hour = 60 * minute;

type Fault = (lab: VirtualLab, random: Random) => void;

const faults: readonly Fault[] = [
  (lab) => lab.kill(),
  (lab, random) => random.pick(lab.hosts).killAgent(),
  (lab, random) => lab.cut(random.pick(lab.hosts)),
  (lab, random) => lab.cut(random.pick(lab.hosts)),
  (lab, random) => lab.unplug(random.pick(lab.hosts), random.between(100, 40_000)),
  (lab, random) => lab.unplug(random.pick(lab.hosts), random.between(20_000, 5 * minute)),
  (lab, random) => random.pick(lab.hosts).losePower(),
  (lab, random) => {
    for (const host of lab.hosts) if (random.chance(0.7)) host.heat(random.between(5_000, 40_000));
  },
  (lab, random) => {
    for (const host of lab.hosts) if (random.chance(0.7)) host.visit(random.between(5_000, 20_000));
  },
  (lab, random) => {
    // A power cut takes several at once.
    for (const host of lab.hosts) if (random.chance(0.7)) host.losePower();
  },
  (lab, random) => lab.lie(random.pick(lab.hosts), random.between(1, 8)),
  (lab, random) => lab.fillDisk(random.between(100, 3_000)),
  (lab, random) => lab.sleep(random.between(1_000, random.chance(0.05) ? 8 * hour : 3 * minute)),
  (lab, random) => lab.stop(random.between(1_000, 20 * minute), random.chance(0.5)),
  (lab, random) => {
    // It goes on before a host does that was silent all the while.
    const ms = random.between(minute, 20 * minute);
    lab.unplug(random.pick(lab.hosts), ms + random.between(10_000, minute));
    lab.stop(ms, false);
  },
  (lab, random) => lab.setClock(random.between(-72 * hour, 72 * hour)),
  (lab, random) => lab.setClock(random.between(-minute, minute)),
  (lab) => lab.backUp(),
  (lab) => lab.restore(),
  (lab, random) => lab.goBack(random.between(5_000, minute)),
  (lab, random) => lab.edit(random.between(2, 20)),
  (lab, random) => lab.say({ kind: 'drain', host: random.pick(lab.hosts).name }),
  (lab, random) => lab.say({ kind: 'off', host: random.pick(lab.hosts).name, because: 'taken out' }),
  (lab, random) => lab.say({ kind: 'on', host: random.pick(lab.hosts).name }),
  (lab, random) => random.pick(lab.hosts).keepFree(random.between(5_000, 2 * minute)),
  (lab) => lab.say({ kind: 'pause', sweep: null }),
  (lab) => lab.say({ kind: 'stop', sweep: null }),
  (lab) => lab.say({ kind: 'resume', sweep: 'lab' }),
  (lab) => lab.say({ kind: 'retry', trials: [...lab.state.ledger.trials.keys()] }),
];

export const oneOfThem = (lab: VirtualLab, random: Random): void => random.pick(faults)(lab, random);
