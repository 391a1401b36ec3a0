import type { measureBacklog } from './backlog.ts';
import type { PlayedDay } from './day.ts';
import type { playOutage } from './outage.ts';
import type { measureConnections, measureInventories } from './start.ts';

/** Everything that is measured for `docs/scale.md`. */
export interface ScaleFigures {
  readonly played: PlayedDay;
  readonly backlog: Awaited<ReturnType<typeof measureBacklog>>;
  readonly outages: readonly Awaited<ReturnType<typeof playOutage>>[];
  readonly inventories: Awaited<ReturnType<typeof measureInventories>>;
  readonly connections: Awaited<ReturnType<typeof measureConnections>>;
}
