/** Sweeps whose trials wait for a word: for the file `gate-NAME`, or for one of their own, `gate-NAME-x`. */
import type { Lab } from './lab.ts';

const lines = (lab: Lab, file: string): string[] =>
  lab
    .read(file)
    .split('\n')
    .filter((line) => line !== '');

export class Gated {
  readonly #lab: Lab;
  readonly #name: string;

  /** @param rest further keys of its file */
  constructor(lab: Lab, name: string, points: readonly number[], rest = '') {
    this.#lab = lab;
    this.#name = name;
    this.write(points, rest);
  }

  write(points: readonly number[], rest = ''): void {
    const at = (file: string): string => this.#lab.path(`${file}-${this.#name}`);
    const script =
      `echo "$0" >>'${at('begun')}'; until test -e '${at('gate')}' -o -e '${at('gate')}-'"$0"; do sleep 0.05; done; ` +
      `echo "$0" >>'${at('done')}'; printf '{"score": %s}\\n' "$0"`;
    const program = `program: {command: [sh, -c, ${JSON.stringify(script)}, "{x}"]}\n`;
    this.#lab.write(
      `${this.#name}.yaml`,
      `sweep: ${this.#name}\n${program}objective: {metric: score, goal: maximize}\n` +
        `${rest.includes('resources') ? '' : 'resources: {cpus: 0}\n'}grid: {x: ${JSON.stringify(points)}}\n${rest}`,
    );
  }

  /** @param x which of them; all of them without */
  open(x?: number): void {
    this.#lab.write(`gate-${this.#name}${x === undefined ? '' : `-${x}`}`, '');
  }

  /** Every start, and every end, in order of points. */
  get begun(): number[] {
    return this.#numbers('begun');
  }

  get done(): number[] {
    return this.#numbers('done');
  }

  #numbers(what: string): number[] {
    return lines(this.#lab, `${what}-${this.#name}`)
      .map(Number)
      .toSorted((a, b) => a - b);
  }

  /** Points on its leaderboard. */
  async ranked(name = this.#name): Promise<number[]> {
    const { rows }: { rows: readonly { params: { x: number } }[] } = JSON.parse(
      (await this.#lab.labsweep('leaderboard', name, '--json')).out,
    );
    return rows.map(({ params }) => params.x).toSorted((a, b) => a - b);
  }
}
