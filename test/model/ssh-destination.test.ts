import { describe, expect, it } from 'vitest';
import { isAddress, isJump, isUser } from '../../src/model/inventory/ssh-destination.ts';

const notPlain = [
  '',
  '-oProxyCommand=x',
  '$(id)',
  '`id`',
  'a b',
  'a;b',
  'a|b',
  'a\nb',
  "a'b",
  'a"b',
  'a\u202eb',
  'a&b',
  'a>b',
];

describe('P9 a word for ssh', () => {
  it.each([
    'gpu1',
    'gpu_1',
    'gpu1.lab.example',
    'gpu1.lab.example.',
    '192.0.2.1',
    '2001:db8::1',
    'fe80::1%eth0',
    '::ffff:192.0.2.1',
  ])('%s is an address', (text) => expect(isAddress(text)).toBe(true));

  it.each([...notPlain, 'u@h', 'h:22', '[::1]', 'fe80::1%$(id)', 'a..b', 'x'.repeat(64), '%h.lab'])(
    '%j is none',
    (text) => expect(isAddress(text)).toBe(false),
  );

  it.each(['ada', '_ada', '1000', 'a.b-c_d+e', 'LAB\\ada', 'ada@lab.example'])('%s is a user', (text) =>
    expect(isUser(text)).toBe(true),
  );

  it.each([...notPlain, '-l', 'a\\', 'a\\b\\c', '$HOME', 'a@-b'])('%j is none', (text) =>
    expect(isUser(text)).toBe(false),
  );

  it.each([
    'gate',
    'none',
    'gate,door',
    'ada@gate:2200',
    'LAB\\ada@gate',
    'ada@[2001:db8::1]:22',
    'ssh://ada@gate:22/',
  ])('%s is a way through jump hosts', (text) => expect(isJump(text)).toBe(true));

  it.each([
    ...notPlain,
    'gate,',
    'a, b',
    'ada;id@gate',
    'ada@-gate',
    'gate:0',
    'gate:65536',
    'gate:',
    '::1',
    'gate,$(id)',
  ])('%j is none', (text) => expect(isJump(text)).toBe(false));
});
