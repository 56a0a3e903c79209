import { describe, expect, it } from 'vitest';
import { isWithin, parseHours } from '../../src/model/inventory/hours.ts';

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
/** `Tue 9:30` as a minute of the week. */
function minuteOf(moment: string): number {
  const [day = '', time = ''] = moment.split(' ');
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return days.indexOf(day) * 24 * 60 + hour * 60 + minute;
}

const covers = (said: string, moment: string): boolean => {
  const hours = parseHours(said);
  if (hours === null) throw new Error(`${said} was not understood`);
  return isWithin(hours, minuteOf(moment));
};

describe('hours of the week', () => {
  it.each([
    ['Mon-Fri 08:00-18:00', 'Mon 8:00', 'Mon 7:59'],
    ['Mon-Fri 08:00-18:00', 'Fri 17:59', 'Fri 18:00'],
    ['Mon-Fri 08:00-18:00', 'Wed 12:00', 'Sat 12:00'],
    ['8-18', 'Sun 8:00', 'Sun 18:00'],
    ['Mon, Wed 9-12', 'Mon 9:00', 'Tue 9:00'],
    ['Mon, Wed 9-12', 'Wed 11:00', 'Sun 11:00'],
    ['Mon-Fri 8-12, 13:30-18, Sat 10-14', 'Thu 13:30', 'Thu 12:30'],
    ['Mon-Fri 8-12, 13:30-18, Sat 10-14', 'Sat 13:59', 'Sat 8:00'],
    ['Fri-Mon 10-11', 'Sun 10:00', 'Tue 10:00'],
    ['saturday, SUNDAY 0-24', 'Sun 23:59', 'Mon 0:00'],
    ['22:00-06:00', 'Tue 1:00', 'Tue 6:00'],
    ['Sun 22-6', 'Mon 5:59', 'Sun 5:59'],
    ['Fri 18-24', 'Fri 23:59', 'Sat 0:00'],
  ])('%s has %s, and not %s', (said, within, without) => {
    expect([covers(said, within), covers(said, without)]).toEqual([true, false]);
  });

  it.each([
    '',
    'Mon-Fri',
    'Mon 8-12, Tue',
    'Mo 8-12',
    'Mon 8-8',
    'Mon 24:00-6:00',
    'Mon 8-25',
    'Mon 8:60-9',
    'Mon 8',
    'Mon 8-12-14',
    '8-12,',
    'always',
    'Mon 8 to 12',
    'Mon-Tue-Wed 8-9',
  ])('are not said by %j', (said) => {
    expect(parseHours(said)).toBeNull();
  });
});
