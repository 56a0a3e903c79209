import { expect, test } from 'vitest';
import { argsNote } from '../../src/cli/args-note.ts';
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
