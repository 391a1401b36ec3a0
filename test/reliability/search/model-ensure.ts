import type { Association } from '../../../src/model/association.ts';
import { isRequestTag } from '../../../src/model/tags.ts';
import type { EnsureResult } from '../../../src/operations/ensure/result.ts';
import type { Applied } from './eks-behaviour.ts';
import type { Model } from './model.ts';
import type { ScenarioClock } from './scenario-clock.ts';

/** The reference model of the desired states of a scenario. */
export type EnsureModel = ReturnType<typeof makeEnsureModel>;

/** What a scenario desires: a role, and its one tag. Null: no association; tags as they are. The empty text: no tag. */
export interface Desire {
  readonly roleArn: string | null;
  readonly tag: string | null;
}

/** As long as reads lag at most. Milliseconds. */
const maxLagMs = 30_000;

/** Whether EKS has what is desired. */
export function isAsDesired({ roleArn, tag }: Desire, existing: Association | null): boolean {
  if (existing === null || roleArn === null) return existing === null && roleArn === null;
  const tags = existing.tags.filter(isRequestTag);
  return existing.roleArn === roleArn && (tag === null || (tags[0]?.value ?? '') === tag);
}

/**
 * Checks what desired states are answered and change: that nothing was to be changed is true, and stays so for what had begun before;
 * none is answered with an earlier answer; and none changes what is not its declaration's. Uses the gateway's types but none of its code.
 */
export function makeEnsureModel(
  model: Pick<Model, 'written'>,
  { now, wereApart }: Pick<ScenarioClock, 'now' | 'wereApart'>,
  hasOtherVersion: () => boolean,
  broken: (rule: string) => void,
) {
  const states: { from: number; to: number; association: Association | null }[] = [
    { from: 0, to: Infinity, association: null },
  ];
  const requests = new Map<string, { readonly takesOver: boolean; readonly declaration: string }>();
  /** What was answered as settled without a change: for what, and which entries were written before its request. */
  const unchanged: { readonly name: string; readonly desire: Desire; readonly entriesBefore: number }[] = [];
  const entriesAt = new Map<string, number>();
  const isLimited = () => wereApart() || hasOtherVersion();

  /** The declaration of the request that made or changed an association last, before an entry. */
  function ownerBefore(associationId: string, index: number): string | null {
    const done = model.written().slice(0, index);
    const last = done.findLast(
      ({ event, fence, associationArn, operation }) =>
        event === 'SUCCEEDED' &&
        fence !== null &&
        !/^(UN)?TAG_/.test(operation) &&
        associationArn?.endsWith(associationId),
    );
    return last?.declaration ?? null;
  }

  return {
    began(name: string, request: { readonly takesOver: boolean; readonly declaration: string }): void {
      requests.set(name, request);
      entriesAt.set(name, model.written().length);
    },
    answered(name: string, desire: Desire, startedAt: number, { change, isSettled, auditEntry }: EnsureResult): void {
      if (auditEntry?.event === 'REPLAYED') broken(`${name} was answered with an earlier answer`);
      if (change !== 'NONE' || !isSettled) return;
      const wasSo = states.some(
        ({ from, to, association }) => to >= startedAt - maxLagMs && from <= now() && isAsDesired(desire, association),
      );
      if (!wasSo) broken(`${name} was answered that nothing is to be changed, but EKS never had what is desired`);
      unchanged.push({ name, desire, entriesBefore: entriesAt.get(name) ?? 0 });
    },
    applied({ kind, operationId, association, isTooLate }: Applied): void {
      const last = states.at(-1);
      if (last) last.to = now();
      const after = kind === 'delete' ? null : association;
      states.push({ from: now(), to: Infinity, association: after });
      if (operationId === null || isTooLate || isLimited()) return;
      const written = model.written();
      const index = written.findIndex((entry) => entry.operationId === operationId && entry.event === 'INTENT');
      for (const { name, desire, entriesBefore } of unchanged) {
        if (index !== -1 && index < entriesBefore && !isAsDesired(desire, after))
          broken(
            `${name} was answered that nothing is to be changed, while ${operationId} was in progress, which changed it`,
          );
      }
      const request = requests.get(written[index]?.apiRequestId ?? '');
      if (!request || request.takesOver || kind === 'create') return;
      const owner = ownerBefore(association.associationId, index);
      if (owner !== request.declaration)
        broken(
          `${operationId} of the declaration ${request.declaration} changed an association of ${owner ?? 'no declaration'}`,
        );
    },
  };
}
