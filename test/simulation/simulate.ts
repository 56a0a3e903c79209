/**
 * Both shipped cores, the network and the hosts as one deterministic program on a virtual clock, all from one seed:
 * first everything may fail, then the faults heal and all of it must come to its end.
 */
import type { Sweep } from '../../src/ledger/state.ts';
import { VirtualClock } from './clock.ts';
import { oneOfThem } from './faults.ts';
import { Promises } from './promises.ts';
import { Random } from './random.ts';
import { Story } from './story.ts';
import { VirtualLab } from './virtual-lab.ts';

export interface Simulated {
  readonly seed: number;
  /** The broken promise, or null. */
  readonly breach: string | null;
  readonly steps: number;
  readonly faults: number;
  /** Attempts that hosts gave back before they had started, that were given up in a silence, and that were back. */
  readonly takenBack: number;
  readonly presumedLost: number;
  readonly returned: number;
  /** Checkpoints that went to another host. */
  readonly carried: number;
  /** Attempts that were told to stand still, and that gave way. */
  readonly stopped: number;
  readonly evicted: number;
  readonly story: readonly string[];
}

/** Virtual time in which faults are injected; time awake by which everything must have ended. */
const stormMs = 120_000;
const patienceMs = 3_600_000;

export function simulate(seed: number): Simulated {
  const random = new Random(seed);
  const clock = new VirtualClock();
  const story = new Story(() => clock.nowMs);
  const lab = new VirtualLab(clock, random, story);
  const promises = new Promises(lab, story);

  function watch(): void {
    if (!lab.isCoordinated) lab.coordinate();
    else if (clock.nowMs > stormMs) lab.mend();
    lab.laptop.after(random.between(500, 5_000), watch);
  }

  function fault(): void {
    if (clock.nowMs > stormMs) return;
    story.faults += 1;
    oneOfThem(lab, random);
    clock.after(random.between(200, 12_000), fault);
  }

  clock.after(1_000, watch);
  clock.after(random.between(100, 3_000), fault);
  let steps = 0;
  let breach: string | null = null;
  try {
    while (breach === null && !isSettled(lab, clock) && lab.laptop.awakeMs < patienceMs && clock.step()) {
      steps += 1;
      breach = story.broken ?? promises.breach();
    }
    breach ??= promises.finalBreach();
  } catch (error) {
    breach = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { takenBack, presumedLost, returned } = promises;
  const { faults, carried, stopped, evicted, lines } = story;
  return {
    seed,
    breach,
    steps,
    faults,
    takenBack,
    presumedLost,
    returned,
    carried,
    stopped,
    evicted,
    story: lines,
  };
}

function isSettled(lab: VirtualLab, clock: VirtualClock): boolean {
  const [sweep] = lab.state.ledger.sweeps.values();
  if (clock.nowMs <= stormMs || !lab.isCoordinated || sweep === undefined) return false;
  return lab.isWhole(sweep) && sweep.status.kind === 'open' && isDone(sweep);
}

const isDone = ({ counts }: Sweep): boolean =>
  counts.cancelled === 0 && counts.queued === 0 && counts.leased === 0 && counts.running === 0;
