// Loaded before a process's own modules (`node --import`): its wall clock goes wrong by $CASPOOL_TEST_CLOCK_SHIFT_MS.
// The monotonic clock stays as it is, like that of a machine whose time was set wrongly.

const shiftMs = Number(process.env['CASPOOL_TEST_CLOCK_SHIFT_MS'] ?? '0')
const SystemDate = Date
const systemNow = SystemDate.now

globalThis.Date = new Proxy(SystemDate, {
  construct: (target, args: [], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [systemNow() + shiftMs] : args, newTarget),
  apply: () => new SystemDate(systemNow() + shiftMs).toString(),
  get: (target, key, receiver) =>
    key === 'now' ? () => systemNow() + shiftMs : Reflect.get(target, key, receiver),
})
