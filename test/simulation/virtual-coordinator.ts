/** The shipped coordinator (core and loop) over a ledger in memory, which survives it as a disk does. */
import type { Command } from '../../src/coordinator/core/command.ts';
import { sliceMs } from '../../src/coordinator/core/awake.ts';
import { CoordinatorLoop } from '../../src/coordinator/loop.ts';
import { type ListedHost, newFleetHost } from '../../src/coordinator/hosts/fleet-host.ts';
import { restore } from '../../src/coordinator/core/restore.ts';
import type { Instruction } from '../../src/coordinator/core/events.ts';
import type { CoordinatorState } from '../../src/coordinator/hosts/state.ts';
import { fold } from '../../src/ledger/fold.ts';
import { type LedgerEvent, ledgerEventSchema } from '../../src/ledger/events.ts';
import { type HostName, hostName, ledgerId } from '../../src/model/ids.ts';
import { Conduct } from '../../src/coordinator/fleet/conduct.ts';
import { decoder, ProtocolError } from '../../src/protocol/framing.ts';
import {
  fromAgentSchema,
  type HostSaid,
  protocolVersion,
  type ToAgent,
} from '../../src/protocol/messages.ts';
import type { PointDeclaration, SweepDeclaration } from '../../src/ledger/events.ts';
import type { MetricsBatch } from '../../src/ledger/metrics-batch.ts';
import type { VirtualClock } from './clock.ts';
import type { Laptop } from './laptop.ts';
import type { LedgerDisk } from './ledger-disk.ts';
import { Connection } from './connection.ts';
import { lieOf, withMadeUp } from './lies.ts';
import type { Random } from './random.ts';
import type { Story } from './story.ts';

/** Why a host that lies is given up. */
export const distrusted = 'it says what no agent says';

/** A host as a coordinator meets it. */
export interface VisitedHost {
  readonly name: string;
  readonly reachable: boolean;
  /** Somebody has taken it over, and says whatever they like beside its agent. */
  readonly lies: boolean;
  attach(connection: Connection): void;
  hasCheckpoint(trial: string): boolean;
  takeCheckpoint(trial: string): void;
}

/** What happens to a coordinator by chance, and how long things take it. */
export interface Luck {
  /** Of its commits, those after which it dies. */
  readonly dies: number;
  /** Of checkpoints, those that do not arrive, and how long the others are on their way. */
  readonly loses: number;
  carryMs(trial: string): number;
  /** From an event to the turn that takes it. */
  readonly turnMs: number;
}

export class VirtualCoordinator {
  readonly #clock: VirtualClock;
  readonly #laptop: Laptop;
  readonly #random: Random;
  readonly #story: Story;
  readonly #disk: LedgerDisk;
  readonly #luck: Luck;
  readonly #hosts: ReadonlyMap<HostName, VisitedHost>;
  readonly #links = new Map<HostName, Connection>();
  /** From `enter` to `leave`: whoever would connect again asks whether it still lasts. */
  readonly #visits = new Map<HostName, object>();
  readonly #conducts = new Map<HostName, Conduct>();
  /** What ran when its host said what it has; what begins while it is asked back has done nothing yet. */
  readonly #seen = new Set<string>();
  readonly #loop: CoordinatorLoop;
  #dead = false;

  constructor(
    clock: VirtualClock,
    laptop: Laptop,
    random: Random,
    story: Story,
    disk: LedgerDisk,
    lab: {
      readonly hosts: readonly VisitedHost[];
      readonly inventory: readonly ListedHost[];
      readonly luck: Luck;
    },
  ) {
    this.#clock = clock;
    this.#laptop = laptop;
    this.#random = random;
    this.#story = story;
    this.#disk = disk;
    this.#luck = lab.luck;
    this.#hosts = new Map(lab.hosts.map((host) => [hostName(host.name), host]));
    const state = this.#begin(lab.inventory);
    this.#tellSlices(laptop.monotonicMs);
    this.#loop = new CoordinatorLoop(state, {
      now: () => laptop.now(),
      soon: (turn) => laptop.after(lab.luck.turnMs, () => this.#dead || turn()),
      commit: (events, metrics) => this.#commit(events, metrics),
      send: (host, message) => this.#send(host, message),
      prepare: (host, launch, spec) => {
        laptop.after(random.between(1, 500), () => {
          this.#send(host, { kind: 'launch', launch, spec, wheels: null, passed: {} });
          this.#loop.post({ kind: 'launch-ready', host, launch });
        });
      },
      enter: (host) => this.#enter(host),
      leave: (host) => this.#leave(host),
      storeArtifacts: () => {},
      fetch: () => {},
      carry: (what) => this.#carry(what),
      answer: () => {},
      committed: () => {},
      failed: () => {
        story.tell('coordinator: the disk is full; it ends');
        this.die();
      },
    });
    for (const { name, link } of state.fleet.values()) if (link.kind === 'connecting') this.#enter(name);
  }

  get alive(): boolean {
    return !this.#dead;
  }

  get state(): CoordinatorState {
    return this.#loop.state;
  }

  run(declaration: SweepDeclaration, points: readonly PointDeclaration[]): void {
    this.#loop.post({ kind: 'asked', by: 1, command: { kind: 'run', declaration, points: [...points] } });
  }

  ask(command: Command): void {
    this.#loop.post({ kind: 'asked', by: 2, command });
  }

  die(): void {
    this.#dead = true;
    this.#loop.halt();
    for (const link of this.#links.values()) link.close('coordinator');
  }

  cut(host: string): void {
    this.#links.get(hostName(host))?.cut();
  }

  #tellSlices(sinceMs: number): void {
    this.#laptop.after(sliceMs, () => {
      if (this.#dead) return;
      const now = this.#laptop.monotonicMs;
      this.#loop.post({ kind: 'time-passed', sinceMs: now - sinceMs });
      this.#tellSlices(now);
    });
  }

  #begin(inventory: readonly ListedHost[]): CoordinatorState {
    const fleet = inventory.map(newFleetHost);
    const events = this.#disk.events.map((line) => ledgerEventSchema.parse(JSON.parse(line)));
    const state = restore(events, fleet, this.#disk.lines);
    const at = this.#laptop.now();
    const nonce = this.#nonce();
    const begin: LedgerEvent[] = [
      ...(state.ledger.ledger === null
        ? [{ kind: 'ledger-created', at, ledger: ledgerId('ledger') } as const]
        : []),
      {
        kind: 'term-started',
        at,
        term: state.ledger.term + 1,
        nonce,
        machine: 'laptop',
        secret: state.ledger.seal === null ? `s${this.#nonce()}` : null,
      },
    ];
    this.#disk.commit(begin, []);
    for (const event of begin) fold(state.ledger, event);
    return state;
  }

  /** Seconds later it has arrived, or cannot; a cut on either side ends it without a word. */
  #carry({ trial, attempt, from, to }: Extract<Instruction, { kind: 'carry' }>): void {
    const links = [from, to].map((host) => this.#links.get(host));
    this.#laptop.after(this.#luck.carryMs(trial), () => {
      if (this.#dead || [from, to].some((host, end) => this.#links.get(host) !== links[end])) return;
      const isThere =
        this.#hosts.get(from)?.hasCheckpoint(trial) === true && !this.#random.chance(this.#luck.loses);
      if (isThere) this.#hosts.get(to)?.takeCheckpoint(trial);
      this.#story.tell(`${from}: the checkpoint of ${trial} ${isThere ? 'goes' : 'does not go'} to ${to}`);
      if (isThere) this.#story.carried += 1;
      const at = this.#random.chance(0.5) ? from : to;
      const problem = isThere ? null : { at, because: 'it cannot come' };
      this.#loop.post({ kind: 'checkpoint-carried', attempt, from, to, problem });
    });
  }

  /** No term of any copy of the ledger has the same. */
  #nonce(): string {
    return `n${this.#random.between(0, 2 ** 31).toString(36)}`;
  }

  #commit(events: readonly LedgerEvent[], metrics: readonly MetricsBatch[]): void {
    if (this.#clock.nowMs < this.#disk.fullUntil) throw new Error('disk full');
    this.#disk.commit(events, metrics);
    if (this.#random.chance(this.#luck.dies)) {
      // The worst moment: what was decided is on the disk and nothing of it has been carried out.
      this.#story.faults += 1;
      this.#story.tell('coordinator: killed between the commit and what follows');
      this.die();
    }
  }

  #send(host: HostName, message: ToAgent): void {
    if (this.#dead) return;
    if (message.kind === 'ack')
      this.#mustHold(
        'P1: acknowledged',
        // What was cancelled before it came to its end, and is of another life of the ledger, has nothing to lose.
        message.attempts.filter((id) => this.#disk.leased.has(id) || this.#story.hasCompleted(id)),
        this.#disk.ended,
      );
    if (message.kind === 'lease')
      this.#mustHold(
        'P2: leased',
        message.leases.map(({ attempt }) => attempt),
        this.#disk.leased,
      );
    if (message.kind === 'cancel')
      for (const attempt of message.attempts.filter((id) => this.#seen.has(id) && !this.#disk.leased.has(id)))
        this.#story.strangersEnded.push({ host, attempt });
    this.#links.get(host)?.send('agent', message);
  }

  #mustHold(done: string, attempts: readonly string[], onDisk: ReadonlySet<string>): void {
    const early = attempts.find((attempt) => !onDisk.has(attempt));
    if (early !== undefined) this.#story.breach(`${done} ${early} before it was on the disk`);
  }

  /** At once, where it waits for its next try; a connection that is being made goes on. */
  #enter(name: HostName): void {
    if (this.#links.has(name)) return;
    const visit = {};
    this.#visits.set(name, visit);
    this.#connect(name, visit);
  }

  #leave(name: HostName): void {
    this.#story.tell(`coordinator: leaves ${name}`);
    this.#visits.delete(name);
    this.#links.get(name)?.close('coordinator');
    this.#links.delete(name);
  }

  #connect(name: HostName, visit: object): void {
    const host = this.#hosts.get(name);
    if (this.#dead || host === undefined || this.#visits.get(name) !== visit) return;
    if (!host.reachable) return this.#lost(name, visit, 'no answer');
    const link = new Connection(this.#clock, this.#random);
    const decode = decoder(fromAgentSchema);
    const conduct = this.#conducts.get(name) ?? new Conduct();
    this.#conducts.set(name, conduct);
    conduct.opened();
    let wasServed = false;
    const hear = (message: HostSaid): void => {
      if (this.#links.get(name) !== link) return;
      const { term } = this.#loop.state.ledger;
      if (conduct.hear(message, term, this.#clock.nowMs) !== null) return this.#distrust(name, link);
      this.#laptop.heard(name);
      wasServed ||= message.kind === 'welcome';
      if (message.kind === 'state') for (const { attempt } of message.running) this.#seen.add(attempt);
      const isMadeUp = message.kind === 'state' && host.lies && this.#random.chance(0.5);
      this.#received(
        name,
        isMadeUp ? withMadeUp(message, this.#loop.state, this.#random) : message,
        wasServed,
      );
    };
    this.#links.set(name, link);
    link.join('coordinator', {
      received: (chunk) =>
        this.#laptop.whenAwake(() => {
          try {
            decode(chunk).forEach(hear);
          } catch (error) {
            if (!(error instanceof ProtocolError)) throw error;
            this.#distrust(name, link);
          }
        }),
      closed: () =>
        this.#laptop.whenAwake(() => {
          if (this.#links.get(name) === link) this.#links.delete(name);
          this.#lost(name, visit, 'cut');
        }),
    });
    host.attach(link);
    const { ledger, term } = this.#loop.state.ledger;
    link.send('agent', {
      kind: 'hello',
      protocol: protocolVersion,
      ledger: ledger ?? '',
      owner: 'the lab',
      term,
      role: 'writer',
    });
  }

  #received(host: HostName, message: HostSaid, wasServed: boolean): void {
    if (message.kind === 'welcome')
      this.#loop.post({ kind: 'host-connected', host, facts: message.facts, endsWithLogin: null });
    else if (message.kind === 'turned-away' && message.term !== null && !wasServed)
      this.#loop.post({ kind: 'host-outlived', host, term: message.term, nonce: this.#nonce() });
    else this.#loop.post({ kind: 'host-message', host, message });
  }

  /** Says something over the connection of a host, as if it were the host. */
  lie(host: string): void {
    const lie = lieOf(this.#loop.state, host, this.#random);
    const link = this.#links.get(hostName(host));
    if (lie === null || link === undefined) return;
    this.#story.tell(`${host}: lies ${JSON.stringify(lie).slice(0, 120)}`);
    link.send('coordinator', lie);
  }

  /** It is silent from now on, until a person says that it is in order. */
  #distrust(name: HostName, link: Connection): void {
    if (this.#links.get(name) !== link) return;
    this.#story.tell(`coordinator: does not listen to ${name} any more`);
    this.#visits.delete(name);
    this.#links.delete(name);
    link.close('coordinator');
    this.#loop.post({ kind: 'host-given-up', host: name, because: distrusted });
  }

  /** A try that failed, or a connection that ended: the next try follows. */
  #lost(host: HostName, visit: object, because: string): void {
    if (this.#dead || this.#visits.get(host) !== visit) return;
    this.#loop.post({ kind: 'host-disconnected', host, because });
    this.#laptop.after(this.#random.between(500, 5_000), () => this.#connect(host, visit));
  }
}
