/** The shipped coordinator (core and loop) over a ledger in memory, which survives it as a disk does. */
import type { Command } from '../../src/coordinator/core/command.ts';
import { CoordinatorLoop } from '../../src/coordinator/loop.ts';
import { newFleetHost } from '../../src/coordinator/core/fleet-host.ts';
import { plainHost } from '../plain-host.ts';
import { restore } from '../../src/coordinator/core/restore.ts';
import type { CoordinatorState } from '../../src/coordinator/core/state.ts';
import { fold } from '../../src/ledger/fold.ts';
import { type LedgerEvent, ledgerEventSchema } from '../../src/ledger/events.ts';
import { type AttemptId, type HostName, hostName } from '../../src/model/ids.ts';
import { decoder } from '../../src/protocol/framing.ts';
import { fromAgentSchema, protocolVersion, type ToAgent } from '../../src/protocol/messages.ts';
import type { PointDeclaration, SweepDeclaration } from '../../src/ledger/events.ts';
import type { VirtualClock } from './clock.ts';
import { Connection } from './connection.ts';
import type { Random } from './random.ts';
import type { Story } from './story.ts';
import type { VirtualHost } from './virtual-host.ts';

/** What a disk keeps of a ledger. */
export interface LedgerDisk {
  readonly events: string[];
  readonly lines: Map<AttemptId, number>;
  /** Until then each commit fails. */
  fullUntil: number;
}

export const emptyDisk = (): LedgerDisk => ({ events: [], lines: new Map(), fullUntil: 0 });

export class VirtualCoordinator {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #story: Story;
  readonly #disk: LedgerDisk;
  readonly #hosts: ReadonlyMap<HostName, VirtualHost>;
  readonly #links = new Map<HostName, Connection>();
  /** From `enter` to `leave`: whoever would connect again asks whether it still lasts. */
  readonly #visits = new Map<HostName, object>();
  readonly #loop: CoordinatorLoop;
  readonly #term: number;
  #dead = false;

  constructor(
    clock: VirtualClock,
    random: Random,
    story: Story,
    disk: LedgerDisk,
    hosts: readonly VirtualHost[],
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#story = story;
    this.#disk = disk;
    this.#hosts = new Map(hosts.map((host) => [hostName(host.name), host]));
    const state = this.#begin();
    this.#term = state.ledger.term;
    this.#loop = new CoordinatorLoop(state, {
      now: () => clock.nowMs,
      soon: (turn) => clock.after(1, () => this.#dead || turn()),
      commit: (events, metrics) => this.#commit(events, metrics),
      send: (host, message) => this.#send(host, message),
      prepare: (host, launch, spec) => {
        clock.after(random.between(1, 500), () => {
          this.#send(host, { kind: 'launch', launch, spec, wheels: null, passed: {} });
          this.#loop.post({ kind: 'launch-ready', host, launch });
        });
      },
      enter: (host) => this.#enter(host),
      leave: (host) => this.#leave(host),
      storeArtifacts: () => {},
      fetch: () => {},
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

  #begin(): CoordinatorState {
    const fleet = [...this.#hosts.keys()].map((name) => newFleetHost(plainHost(name)));
    const events = this.#disk.events.map((line) => ledgerEventSchema.parse(JSON.parse(line)));
    const state = restore(events, fleet, this.#disk.lines);
    const at = this.#clock.nowMs;
    const nonce = `n${state.ledger.term + 1}`;
    const begin: LedgerEvent[] = [
      ...(state.ledger.ledger === null ? [{ kind: 'ledger-created', at, ledger: 'ledger' } as const] : []),
      { kind: 'term-started', at, term: state.ledger.term + 1, nonce, machine: 'laptop' },
    ];
    for (const event of begin) {
      this.#disk.events.push(JSON.stringify(event));
      fold(state.ledger, event);
    }
    return state;
  }

  #commit(
    events: readonly LedgerEvent[],
    metrics: readonly { attempt: AttemptId; from: number; lines: readonly unknown[] }[],
  ): void {
    if (this.#clock.nowMs < this.#disk.fullUntil) throw new Error('disk full');
    for (const event of events) this.#disk.events.push(JSON.stringify(event));
    for (const { attempt, from, lines } of metrics) this.#disk.lines.set(attempt, from + lines.length);
    if (this.#random.chance(0.002)) {
      // The worst moment: what was decided is on the disk and nothing of it has been carried out.
      this.#story.faults += 1;
      this.#story.tell('coordinator: killed between the commit and what follows');
      this.die();
    }
  }

  #send(host: HostName, message: ToAgent): void {
    if (!this.#dead) this.#links.get(host)?.send('agent', message);
  }

  #enter(name: HostName): void {
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
    if (!host.reachable) return this.#clock.after(3_000, () => this.#connect(name, visit));
    const link = new Connection(this.#clock, this.#random);
    const decode = decoder(fromAgentSchema);
    this.#links.set(name, link);
    link.join('coordinator', {
      received: (chunk) => {
        for (const message of decode(chunk))
          if (message.kind === 'welcome')
            this.#loop.post({
              kind: 'host-connected',
              host: name,
              facts: message.facts,
              endsWithLogin: null,
            });
          else this.#loop.post({ kind: 'host-message', host: name, message });
      },
      closed: () => {
        this.#links.delete(name);
        this.#loop.post({ kind: 'host-disconnected', host: name, because: 'cut' });
        this.#clock.after(1_000, () => this.#connect(name, visit));
      },
    });
    host.attach(link);
    link.send('agent', {
      kind: 'hello',
      protocol: protocolVersion,
      ledger: this.#loop.state.ledger.ledger ?? '',
      owner: 'the lab',
      term: this.#term,
      role: 'writer',
    });
  }
}
