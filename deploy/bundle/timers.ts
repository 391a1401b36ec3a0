// Takes the place of `node:timers/promises` in the bundles, and loads it when something waits.
type Timers = ReturnType<typeof load>;
const load = () => process.getBuiltinModule('node:timers/promises');

export const setTimeout = ((...args: [number]) => load().setTimeout(...args)) as Timers['setTimeout'];
