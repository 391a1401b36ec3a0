import type { EksError } from '../../src/eks/eks.ts';
import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import { reconcile } from '../../src/operations/reconcile.ts';
import { dependenciesOn, eksWith } from '../../test/support/mutations.ts';
import { writeAbandoned } from '../open-operations.ts';

/** How EKS does not answer: after the time that a read may take, or with an error at once. */
export type OutageMode = 'hangs' | 'fails';

/** What to play. */
export interface OutageSettings {
  readonly mode: OutageMode;
  /** Operations in doubt that the hour leaves, spread over it and over the clusters. */
  readonly operations: number;
  readonly clusters: number;
  /** How long one worker of a run needs to close an operation. */
  readonly closeMs: number;
}

/** How the reconciler closed what an hour without EKS left. Minutes after EKS is back; null: not within the played hours. */
export interface PlayedOutage extends OutageSettings {
  readonly halfClosed: number | null;
  readonly mostClosed: number | null;
  readonly allClosed: number | null;
}

const minuteMs = 60_000;
const outageMinutes = 60;
/** How long the outage is watched after its end. */
const watchedMinutes = 300;
/** The share of operations that counts as most. */
const most = 0.99;

/** Time of a run: the timeout of its function less what it keeps back to answer, see `src/lambda/reconcile.ts`. */
const runMs = 58_000;
/** The workers of a run, see `src/operations/reconcile.ts`. */
const workers = 4;
/** How long a read of EKS takes that gets no answer, and one that gets an error after the attempts of the SDK. */
const failureMs: Readonly<Record<OutageMode, number>> = { hangs: 5_000, fails: 500 };

const unavailable: EksError = { exception: 'ServiceUnavailableException', message: 'An example.', requestId: null };

/**
 * Plays an hour without EKS and the hours after it on a clock of its own: operations are abandoned all the time, and the real
 * reconciler runs every minute on a ledger in memory. Each read of EKS moves the clock by the time that it takes one of four workers.
 */
export async function playOutage(settings: OutageSettings): Promise<PlayedOutage> {
  const { mode, operations, clusters, closeMs } = settings;
  const ledger = createSqliteLedger({ file: ':memory:' });
  let now = Date.UTC(2026, 0, 1);
  const endsAt = now + outageMinutes * minuteMs;
  const list = () => {
    const isDown = now < endsAt;
    now += Math.round((isDown ? failureMs[mode] : closeMs) / workers);
    return Promise.resolve(
      isDown ? ({ kind: 'failed', error: unavailable } as const) : ({ kind: 'listed', associationIds: [] } as const),
    );
  };
  const deps = dependenciesOn(ledger, {
    clock: () => now,
    eksFor: () => eksWith({ list }),
    serves: () => true,
    log: () => undefined,
  });
  let [closed, written] = [0, 0];
  const closedAt: Record<'half' | 'most' | 'all', number | null> = { half: null, most: null, all: null };
  const reached = (share: number, minute: number, before: number | null) =>
    before ?? (closed >= Math.ceil(operations * share) ? minute : null);
  for (let minute = 0; minute < outageMinutes + watchedMinutes && closedAt.all === null; minute += 1) {
    const startsAt = endsAt + (minute - outageMinutes) * minuteMs;
    now = Math.max(now, startsAt);
    const due = Math.min(operations, Math.round((operations * (minute + 1)) / outageMinutes));
    for (; written < due; written += 1) {
      await writeAbandoned(ledger, { ...placeOf(written, clusters), startedAt: startsAt });
    }
    closed += (await reconcile(deps, 'bench', now + runMs)).closed;
    const after = minute + 1 - outageMinutes;
    closedAt.half = reached(0.5, after, closedAt.half);
    closedAt.most = reached(most, after, closedAt.most);
    closedAt.all = reached(1, after, closedAt.all);
  }
  ledger.close();
  return { ...settings, halfClosed: closedAt.half, mostClosed: closedAt.most, allClosed: closedAt.all };
}

function placeOf(index: number, clusters: number) {
  return {
    clusterName: `cluster-${index % clusters}`,
    namespace: 'payments',
    serviceAccount: `sa-${index}`,
    roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
  };
}
