import { defaultTimes } from '../../src/idempotency/times.ts';
import type { ChangeResult } from '../../src/eks/eks.ts';
import { operationTagKey } from '../../src/model/association.ts';
import type { Association } from '../../src/model/association.ts';
import type { Random } from '../reliability/search/ledger-faults.ts';
import { home, roleArn } from '../support/gateway.ts';
import { eksWith } from '../support/mutations.ts';

/** A second, in milliseconds. */
export const second = 1_000;
/** The protocol's times in interleavings, in milliseconds. */
export const times = {
  ...defaultTimes,
  signatureWindowMs: 30_000,
  eksProcessingMs: 10_000,
  listLagMs: 10_000,
  clockErrorMs: 1_000,
  roleRetryMs: 0,
};
/** The roles that associations have. */
export const roles = ['a', 'b', 'c'].map((name) => roleArn(`payments/${name}`));

/** Who made a version: an operation's id, or `outside`. */
type Author = string;

/** EKS with one service account: reads may lag, changes may take effect late, and answers may be lost. */
export function makeWorld(target: { readonly serviceAccount: string; readonly clusterName: string }, random: Random) {
  let now = Date.UTC(2096, 0, 1);
  let real: Association | null = null;
  /** What lagging reads show, and until when they may. */
  let past: { readonly shown: Association | null; readonly until: number } | null = null;
  let ids = 0;
  const authors = new Map<string, Author>();
  const deletedBy = new Map<string, Author>();
  const late: { readonly until: number; readonly apply: () => void }[] = [];
  const write = <Next extends Association | null>(next: Next, author: Author) => {
    now += 10;
    if (past === null || past.until <= now) past = { shown: real, until: now + times.listLagMs };
    if (next === null && real) deletedBy.set(real.associationId, author);
    const modifiedAt = new Date(now).toISOString();
    const written = next && { ...next, modifiedAt };
    real = written;
    authors.set(modifiedAt, author);
    return written;
  };
  const read = () => (past !== null && past.until > now && random(3) === 0 ? past.shown : real);
  const created = (fields: Pick<Association, 'roleArn' | 'tags'>): Association => {
    const associationId = `a-${String(++ids).padStart(17, '0')}`;
    const associationArn = `arn:aws:eks:${home.region}:${home.accountId}:podidentityassociation/${target.clusterName}/${associationId}`;
    const settings = { targetRoleArn: null, disableSessionTags: false, policy: null, externalId: null, ownerArn: null };
    const at = new Date(now + 10).toISOString();
    return {
      ...home,
      ...target,
      namespace: 'payments',
      ...settings,
      ...fields,
      associationId,
      associationArn,
      createdAt: at,
      modifiedAt: at,
    };
  };
  const error = { exception: 'Example', message: '', requestId: null };
  /** A change of the gateway: applied and answered, applied without an answer, applied later or never. */
  const change = (apply: () => ChangeResult): Promise<ChangeResult> => {
    const fate = random(4);
    if (fate < 2) return Promise.resolve(apply());
    if (fate === 2) apply();
    else if (random(2) === 0) late.push({ until: now + times.eksProcessingMs, apply: () => void apply() });
    return Promise.resolve({ kind: 'unknown', error });
  };
  const done = (association: Association, n: string): ChangeResult => ({ kind: 'done', association, requestId: n });
  const existing = (id: string) => (real?.associationId === id ? real : null);
  const eks = eksWith({
    create: ({ request, operationId }) =>
      change(() => {
        if (real) return { kind: 'in-use', associationId: real.associationId, error };
        const tags = [...request.tags, { key: operationTagKey, value: operationId }];
        return done(write(created({ roleArn: request.roleArn, tags }), operationId), 'create');
      }),
    update: ({ request, operationId }) =>
      change(() => {
        const before = existing(request.associationId);
        if (!before) return { kind: 'not-found', error: { ...error, requestId: 'update' } };
        return done(write({ ...before, ...request.changes }, operationId), 'update');
      }),
    delete: ({ request, operationId }) =>
      change(() => {
        const before = existing(request.associationId);
        if (!before) return { kind: 'not-found', error: { ...error, requestId: 'delete' } };
        write(null, operationId);
        return done(before, 'delete');
      }),
    describe: (id) => {
      const shown = read();
      return Promise.resolve(shown?.associationId === id ? { kind: 'found', association: shown } : { kind: 'absent' });
    },
    list: () => {
      const shown = read();
      return Promise.resolve({ kind: 'listed', associationIds: shown ? [shown.associationId] : [] });
    },
  });
  return {
    eks,
    clock: () => now,
    pass(ms: number) {
      now += ms;
      late.splice(0, late.length, ...late.filter(({ until }) => until > now));
    },
    late,
    read,
    real: () => real,
    author: (association: Association) => authors.get(association.modifiedAt),
    deletedBy: (id: string) => deletedBy.get(id),
    outside() {
      if (real === null) write(created({ roleArn: roles[random(3)] ?? '', tags: [] }), 'outside');
      else if (random(3) === 0) write(null, 'outside');
      else write({ ...real, roleArn: roles[random(3)] ?? '' }, 'outside');
    },
  };
}
