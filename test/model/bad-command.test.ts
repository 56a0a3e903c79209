import { describe, expect, it } from 'vitest';
import { complaints } from './reading.ts';

const sweep = (command: string, rest: string): string =>
  `program:\n  command: ${command}\nobjective: {metric: val_accuracy, goal: maximize}\n${rest}`;

describe('P8 a command that does not fit its grid is refused', () => {
  it('a brace name close to a parameter', () => {
    expect(
      complaints(sweep('[train, "--lr={learning_rat}"]', 'grid: {learning_rate: [0.1, 0.2]}\n')),
    ).toContain(
      'sweeps/x.yaml:2:20  program.command[1]: {learning_rat} is no parameter of this sweep; did you mean {learning_rate}?',
    );
  });

  it('a brace name close to a reserved one', () => {
    expect(complaints(sweep('[train, "{arg}"]', 'grid: {lr: [0.1, 0.2]}\n'))).toEqual([
      'sweeps/x.yaml:2:20  program.command[1]: {arg} is no parameter of this sweep; did you mean {args}?',
    ]);
  });

  it('a parameter that varies and that the command leaves out', () => {
    expect(complaints(sweep('[train, "{lr}"]', 'grid:\n  lr: [0.1, 0.2]\n  depth: [1, 2]\n'))).toEqual([
      'sweeps/x.yaml:6:3  grid.depth: varies, and the command leaves it out; add {depth}, or {args} for all',
    ]);
  });

  it('a parameter in braces that a case does not set', () => {
    const grid = 'grid:\n  kind: {a: {x: 1}, b: {y: 1}}\n';
    expect(complaints(sweep('[train, "{x}", "{y}"]', grid))).toEqual([
      'sweeps/x.yaml:5:3  grid: the command asks for {x}, which not every point here has',
      'sweeps/x.yaml:5:3  grid: the command asks for {y}, which not every point here has',
    ]);
  });

  it('{args} inside of an argument, and {data} without data', () => {
    expect(complaints(sweep('[train, "-x {args}", "{data}"]', 'grid: {lr: [1]}\n'))).toEqual([
      'sweeps/x.yaml:2:20  program.command[1]: {args} becomes several arguments, so it is one of its own: "{args}"',
      'sweeps/x.yaml:2:33  program.command[2]: {data} is asked for and the sweep names no data',
    ]);
  });
});

describe('what a program means by its own braces stays', () => {
  it.each(['[awk, "{print}"]', '["{i}", "{}", "${HOME}", "{a,b}"]', '[sh, -c, "f() { g; }"]'])(
    '%s',
    (command) => {
      expect(complaints(sweep(command, 'grid: {lr: [0.1, 0.2]}\n'))).toEqual([]);
    },
  );

  it('and a program that reads its parameters file need not name any', () => {
    expect(complaints(sweep('[train]', 'grid: {lr: [0.1, 0.2]}\n'))).toEqual([]);
    expect(complaints(sweep('[train, "{params}", "{lr}"]', 'grid: {lr: [1, 2], depth: [1, 2]}\n'))).toEqual(
      [],
    );
  });
});
