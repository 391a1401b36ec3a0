import { join } from 'node:path';
import { startDynamoDbLocal } from '../../test/support/dynamodb-local.ts';
import type { Section } from '../report.ts';
import { measureBacklog } from './backlog.ts';
import { playDay } from './day.ts';
import type { PlayedDay } from './day.ts';
import type { ScaleFigures } from './figures.ts';
import { day } from './limits.ts';
import { playOutage } from './outage.ts';
import type { OutageMode } from './outage.ts';
import { loop } from './requests.ts';
import { measureConnections, measureInventories } from './start.ts';
import { blocksOf } from './tables.ts';

/** The kinds of requests that an EKS without an answer leaves in doubt. */
const inDoubt = ['create', 'create, conflict', 'update', 'delete', loop.name];

/** Operations in doubt after an hour of the played day without EKS. */
function inDoubtAfterAnHour({ kinds, requests }: PlayedDay): number {
  const changes = kinds.reduce((sum, one) => (inDoubt.includes(one.kind) ? sum + one.requests : sum), 0);
  return Math.round(((changes / requests) * day.requests) / 24);
}

/** Plays a day and an hour without EKS, and measures starts. Requires Java and openssl. */
export async function measureScale(folder: string, quick: boolean): Promise<Section> {
  const progress = (text: string) => process.stderr.write(`  ${text}\n`);
  const local = await startDynamoDbLocal(join(import.meta.dirname, '..', '..', '.cache'));
  try {
    progress('a day in small');
    const played = await playDay(local.endpoint, quick ? 600 : 4_000);
    progress('a run of the reconciler over a backlog');
    const backlog = await measureBacklog(local.endpoint, quick ? 100 : 600);
    const closeMs = Math.round((backlog.seconds * 4 * 1_000) / backlog.operations);
    const outages = [];
    const modes: readonly OutageMode[] = quick ? ['fails'] : ['hangs', 'fails'];
    for (const mode of modes) {
      progress(`an hour in which EKS ${mode}`);
      const { clusters } = played;
      outages.push(await playOutage({ mode, clusters, closeMs, operations: inDoubtAfterAnHour(played) }));
    }
    progress('inventories and connections');
    const inventories = await measureInventories(folder, quick ? 2 : 10);
    const connections = await measureConnections(1_000);
    const figures: ScaleFigures = { played, backlog, outages, inventories, connections };
    return { name: 'scale', document: 'scale.md', figures, ...blocksOf(figures) };
  } finally {
    await local.stop();
  }
}
