import { expect, it } from 'vitest';
import { pythonTarget } from '../../src/model/command/python-target.ts';

it.each([
  [['python3', 'train.py', '--depth', '4'], { kind: 'script', name: 'train.py' }],
  [['/opt/py/bin/python3.11', '-u', '-W', 'ignore', '-X', 'dev', 'src/train.py'], 'src/train.py'],
  [['python', '-u', '-m', 'pkg.train', '--x=1'], { kind: 'module', name: 'pkg.train' }],
  [['pypy3', '-O', 'train.py'], 'train.py'],
  [['python3', '-c', 'print(1)', 'train.py'], null],
  [['python3'], null],
])('%j runs %j', (command, runs) => {
  const expected = typeof runs === 'string' ? { kind: 'script', name: runs } : runs;
  expect(pythonTarget(command)).toEqual({ interpreter: command[0], runs: expected });
});

it.each([[['sh', '-c', 'python3 train.py']], [['pythonic', 'train.py']], [['./python.sh']], [[]]])(
  '%j is no Python',
  (command) => {
    expect(pythonTarget(command)).toBeNull();
  },
);
