/**
 * Hours of the week, as people write them: `Mon-Fri 08:00-18:00`. Days may be left out (every day), listed (`Mon, Wed 8-12`)
 * and have several ranges (`Mon-Fri 08:00-12:00, 13:00-18:00`); a range may go over midnight (`22:00-06:00`). Pure.
 */
import { z } from 'zod';

const dayMinutes = 24 * 60;
const weekMinutes = 7 * dayMinutes;

/** Minutes of the week, from Monday 0:00; `to` is the first that is not in it, maybe in the week after. */
const spanSchema = z.object({ from: z.number(), to: z.number() });
type Span = Readonly<z.infer<typeof spanSchema>>;

export const hoursSchema = z.object({
  /** As written. */
  said: z.string(),
  spans: z.array(spanSchema),
});
export type Hours = Readonly<z.infer<typeof hoursSchema>>;

export const hoursMessage =
  'hours of the week, like "Mon-Fri 08:00-18:00", "22:00-06:00" or "Mon-Fri 8-12, 13-18, Sat, Sun 00:00-24:00"';

const dayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const everyDay = dayNames.map((_, day) => day);

/** Null where it cannot be understood. */
export function parseHours(said: string): Hours | null {
  const spans: Span[] = [];
  let days: readonly number[] = everyDay;
  /** Days without a range wait for the one that follows. */
  let isOpen = false;
  for (const part of said.split(',')) {
    const [, named, range] = /^\s*([a-z]+(?:\s*-\s*[a-z]+)?)?\s*(\d[\d:\s-]*)?$/i.exec(part) ?? [];
    if (named === undefined && range === undefined) return null;
    if (named !== undefined) {
      const more = daysOf(named);
      if (more === null) return null;
      days = isOpen ? [...days, ...more] : more;
    }
    isOpen = range === undefined;
    if (range === undefined) continue;
    const times = timesOf(range);
    if (times === null) return null;
    spans.push(
      ...days.map((day) => ({ from: day * dayMinutes + times.from, to: day * dayMinutes + times.to })),
    );
  }
  return isOpen ? null : { said: said.trim(), spans };
}

/** @param weekMinute of the host's own clock, from Monday 0:00 */
export const isWithin = ({ spans }: Hours, weekMinute: number): boolean =>
  spans.some(({ from, to }) =>
    [weekMinute, weekMinute + weekMinutes].some((minute) => minute >= from && minute < to),
  );

/** `Fri-Mon` goes over the end of the week. */
function daysOf(named: string): number[] | null {
  const [first = -1, last = first] = named.split('-').map(dayOf);
  if (first < 0 || last < 0) return null;
  const count = ((last - first + dayNames.length) % dayNames.length) + 1;
  return Array.from({ length: count }, (_, place) => (first + place) % dayNames.length);
}

/** By its name, or the first three letters of it; -1 for no day. */
function dayOf(name: string): number {
  const word = name.trim().toLowerCase();
  return dayNames.findIndex((day) => word === day || word === day.slice(0, 3));
}

function timesOf(range: string): Span | null {
  const [from = null, to = null, ...rest] = range.split('-').map(minuteOf);
  if (from === null || to === null || rest.length > 0 || from === to || from === dayMinutes) return null;
  return { from, to: to > from ? to : to + dayMinutes };
}

/** `8`, `08:00`, and `24:00` for the end of the day. */
function minuteOf(time: string): number | null {
  const [, hour, minute = '0'] = /^\s*(\d{1,2})(?::(\d{2}))?\s*$/.exec(time) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  return hour === undefined || Number(minute) > 59 || minutes > dayMinutes ? null : minutes;
}
