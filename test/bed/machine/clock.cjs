// Node on a host whose clock is wrong: BED_CLOCK_AHEAD seconds ahead of this machine's, which all hosts share.
const aheadMs = 1_000 * Number(process.env.BED_CLOCK_AHEAD);
const right = Date;
const now = () => right.now() + aheadMs;
globalThis.Date = new Proxy(right, {
  construct: (_, given, wanted) => Reflect.construct(right, given.length === 0 ? [now()] : given, wanted),
  apply: () => new right(now()).toString(),
  get: (_, name) => (name === 'now' ? now : right[name]),
});
