import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fill, fillBoth, valueProblem } from '../../src/model/command/variables.ts';

const host = { PATH: '/usr/bin:/bin', HOME: '/home/mina', EMPTY: '', LD: '/usr/lib' };

describe('${NAME} in a value of env', () => {
  it.for([
    ['/opt/bin:${PATH}', '/opt/bin:/usr/bin:/bin'],
    ['${HOME}/data/${EMPTY}x', '/home/mina/data/x'],
    ['$${HOME} and $$HOME', '${HOME} and $HOME'],
    ['cost: 5$, a$b, $1, ^x$', 'cost: 5$, a$b, $1, ^x$'],
    ['${oc.env:HOME} ${} ${1}', '${oc.env:HOME} ${} ${1}'],
  ])('%s is %s', ([written = '', filled]) => {
    expect(valueProblem(written)).toBeNull();
    expect(fill({ PATH: written }, host)).toEqual({ values: { PATH: filled }, missing: [] });
  });

  it('names itself where the host has none: it is the first', () => {
    const written = {
      LD_LIBRARY_PATH: '/opt/lib:${LD_LIBRARY_PATH}',
      FLAGS: '${FLAGS} -O2',
      A: '${A}:/a',
      EMPTY: 'x:${EMPTY}',
    };
    expect(fill(written, host).values).toEqual({
      LD_LIBRARY_PATH: '/opt/lib',
      FLAGS: ' -O2',
      A: '/a',
      EMPTY: 'x',
    });
  });

  it('names what the host does not have, and that is told', () => {
    expect(fill({ A: '${B}/x', B: 'b' }, host).missing).toEqual([['A', 'B']]);
    expect(fill({ A: '${constructor}' }, host).missing).toEqual([['A', 'constructor']]);
  });

  it('of a sweep is filled from that of the host', () => {
    const { values } = fillBoth({ PATH: '/site:${PATH}', SITE: '/s' }, { PATH: '${SITE}/bin:${PATH}' }, host);
    expect(values).toEqual({ PATH: '/s/bin:/site:/usr/bin:/bin', SITE: '/s' });
  });

  it.for([
    ['/opt/bin:$PATH', 'write ${PATH} for the value that the host has, or $$PATH for these characters'],
    ['$HOME/data', 'write ${HOME}'],
    ['${HOME:-/tmp}', 'write ${HOME} for the value that the host has, or $${HOME for these characters'],
    ['${A%/*}', 'write ${A}'],
    ['${LABSWEEP_SEED}', 'names LABSWEEP_SEED, which has no value before a trial starts'],
  ])('%s is refused: %s', ([written = '', words = '']) => {
    expect(valueProblem(written)).toContain(words);
  });

  it('leaves every text without a dollar as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replaceAll('$', '');
        expect(valueProblem(plain)).toBeNull();
        expect(fill({ A: plain }, {}).values).toEqual({ A: plain });
      }),
    );
  });
});
