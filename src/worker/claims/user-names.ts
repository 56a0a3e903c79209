import { execFile } from 'node:child_process';

const patienceMs = 5_000;

/** Names of accounts by their numbers. A directory of a lab may take its time: until it has answered, the number stands. */
export class UserNames {
  readonly #names = new Map<number, string>();

  of(uid: number): string {
    const known = this.#names.get(uid);
    if (known !== undefined) return known;
    const unnamed = `user ${uid}`;
    this.#names.set(uid, unnamed);
    execFile('getent', ['passwd', String(uid)], { timeout: patienceMs }, (_, line) =>
      this.#names.set(uid, line.split(':')[0] || unnamed),
    );
    return unnamed;
  }
}
