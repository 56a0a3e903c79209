/** When each place of a host is free, in seconds from now. A place is a GPU, or what a trial without one takes of the host. */
export class Places {
  readonly #free: number[];
  readonly #devices = new Map<string, number>();
  #soonest = 0;
  #sum: number;

  constructor(count: number, busySeconds: number) {
    this.#free = Array.from({ length: Math.max(1, count) }, () => busySeconds);
    this.#sum = busySeconds * this.count;
  }

  get count(): number {
    return this.#free.length;
  }

  /** Until one more could begin. */
  get freeIn(): number {
    return this.#free[this.#soonest] ?? 0;
  }

  /** Until each is free, on the mean. */
  get load(): number {
    return this.#sum / this.count;
  }

  /** Until all are free. */
  get endsIn(): number {
    return Math.max(...this.#free);
  }

  /** What runs on a device keeps its place; what runs on the cores has any. */
  occupy(device: string, seconds: number, share: number): void {
    if (device === 'cpu' || this.#devices.size >= this.count) return this.add(seconds, share);
    const place = this.#devices.get(device) ?? this.#soonest;
    this.#devices.set(device, place);
    this.#take(place, seconds * share);
  }

  /** @param from in seconds from now, before which it does not begin */
  add(seconds: number, share: number, from = 0): void {
    this.#take(this.#soonest, Math.max(0, from - this.freeIn) + seconds * share);
  }

  /** So many seconds of a place are not needed after all. */
  remove(seconds: number): void {
    const last = this.#free.indexOf(this.endsIn);
    this.#take(last, -seconds);
  }

  /** Seconds of places, as evenly as it goes. */
  spread(seconds: number): void {
    for (const place of this.#free.keys()) this.#take(place, seconds / this.count);
  }

  #take(place: number, seconds: number): void {
    const before = this.#free[place] ?? 0;
    this.#free[place] = Math.max(0, before + seconds);
    this.#sum += (this.#free[place] ?? 0) - before;
    this.#look();
  }

  #look(): void {
    let soonest = 0;
    for (let place = 1; place < this.#free.length; place += 1)
      if ((this.#free[place] ?? 0) < (this.#free[soonest] ?? 0)) soonest = place;
    this.#soonest = soonest;
  }
}
