import { setTimeout as sleep } from 'node:timers/promises';
import { DeletePodIdentityAssociationCommand, ListPodIdentityAssociationsCommand } from '@aws-sdk/client-eks';
import type { EKSClient } from '@aws-sdk/client-eks';
import { isAbsent } from '../../../../src/eks/errors.ts';
import { prefix } from './target.ts';
import type { TrialTarget } from './target.ts';

/**
 * Deletes the associations of trials, with a client that repeats requests. An interruption does not
 * end it.
 */
export function makeCleanUp(client: EKSClient, { clusterName, namespace, times }: TrialTarget) {
  const created = new Set<string>();
  let hasLost = false;

  const deleteAll = async (ids: readonly string[]) => {
    for (const associationId of ids) {
      await client
        .send(new DeletePodIdentityAssociationCommand({ clusterName, associationId }))
        .catch((error: unknown) => {
          if (!isAbsent(error)) throw error;
        });
      created.delete(associationId);
    }
  };
  const listOwn = async (): Promise<string[]> => {
    const own: string[] = [];
    for (let nextToken: string | undefined; ;) {
      const page = await client.send(new ListPodIdentityAssociationsCommand({ clusterName, namespace, nextToken }));
      for (const { associationId = '', serviceAccount, namespace: place } of page.associations ?? []) {
        if (place === namespace && serviceAccount?.startsWith(prefix)) own.push(associationId);
      }
      if (!page.nextToken || page.nextToken === nextToken) return own;
      nextToken = page.nextToken;
    }
  };
  return {
    /** Notes what a create made; undefined: its answer was lost, and it may have made something. */
    note: (associationId: string | undefined) => {
      if (associationId === undefined) hasLost = true;
      else created.add(associationId);
    },
    /** Deletes what creates have made. */
    ofTrial: () => deleteAll([...created]),
    /**
     * Deletes that, and what lists show that this run and earlier ones left. Returns how many those
     * are.
     */
    ofAllRuns: async (): Promise<number> => {
      await deleteAll([...created]);
      if (hasLost) await sleep(times.listLagMs);
      hasLost = false;
      const own = await listOwn();
      await deleteAll(own);
      return own.length;
    },
  };
}
