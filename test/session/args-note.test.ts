import { expect, test } from 'vitest';
import { argsNote } from '../../src/session/sweep/args-note.ts';
import { sweepOf } from '../model/reading.ts';

const noteOf = (command: string): string | null =>
  argsNote(
    sweepOf(
      `program: {command: ${command}}\nobjective: {metric: score, goal: maximize}\ngrid: {model: [a, b], rate: [1, 2]}\n`,
    ),
  );

test('a parameter that the command passes under another name is named, since {args} leaves it out', () => {
  expect(noteOf('[python3, train.py, "{args}", --run-name, "{model}", "--lr={rate}"]')).toBe(
    '{args} leaves out what the command passes itself: model (passed as --run-name), rate (passed as --lr). ' +
      'A program that needs both is given both by name, without {args}.',
  );
  expect(noteOf('[python3, train.py, "{args}", --model, "{model}", "{rate}"]')).toBe(null);
  expect(noteOf('[python3, train.py, "{args}", "--out=runs/{model}"]')).toBe(null);
  expect(noteOf('[python3, train.py, --name, "{model}", "{rate}"]')).toBe(null);
});

const noteWith = (grid: string, more = '', command = '[train, "{args}"]'): string | null =>
  argsNote(
    sweepOf(`program: {command: ${command}${more}}\nobjective: {metric: score, goal: maximize}\n${grid}\n`),
  );

test('a false that is the same at every point is passed as nothing, and that is said', () => {
  const note =
    '{args} passes nothing for normalize: false: a program that has it on by default trains with it. Write into `program` ' +
    'which way yours takes: `booleans: flag` (nothing), `booleans: pair` (--no-normalize) or `booleans: value` (--normalize false).';
  const fixed = 'fixed: {normalize: false, amp: true}\ngrid: {x: [1, 2]}';
  expect(noteWith(fixed)).toBe(note);
  expect(noteWith('grid: {normalize: [false], x: [1, 2]}')).toBe(note);
  for (const said of [', booleans: flag', ', booleans: pair', ', argStyle: hydra'])
    expect(noteWith(fixed, said)).toBe(null);
  expect(noteWith(fixed, '', '[train, "{args}", "--normalize={normalize}"]')).toBe(null);
});

test('two values that are one argument are named: their points are the same training under two names', () => {
  const note = (values: string, text: string) =>
    `x: ${values} reach the program as the same argument (${text}): unless it reads the file of LABSWEEP_PARAMS, their ` +
    'points are the same training twice.';
  expect(noteWith('grid: {x: [2, 1, "1"]}')).toBe(note('1 and "1"', '--x 1'));
  expect(noteWith('grid: {x: [null, "null"]}')).toBe(note('null and "null"', '--x null'));
  expect(noteWith('grid: {x: [[60, 60], "[60,60]"]}')).toBe(note('[60,60] and "[60,60]"', '--x [60,60]'));
  expect(noteWith('grid: {x: [true, "true"]}', ', booleans: value')).toBe(
    note('true and "true"', '--x true'),
  );
  expect(noteWith('grid: {k: {a: {x: 1}, b: {x: "1"}}}', '', '[train, "--x={x}"]')).toBe(
    note('1 and "1"', '1'),
  );
  // Hydra tells the two apart, and so does the file.
  expect(noteWith('grid: {x: [null, "null"]}', ', argStyle: hydra')).toBe(null);
  expect(noteWith('grid: {x: [1, "1"]}', '', '[train, "{params}"]')).toBe(null);
  expect(noteWith('grid: [{x: [1, 2]}, {x: [1, 3], y: [1]}]')).toBe(null);
});
