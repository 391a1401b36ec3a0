import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { AdoptPodIdentityAssociationInput as AdoptInput } from '../../../client/src/generated/operations.ts';
import { clusterKey } from '../api/cluster-key.ts';
import { errorWords } from '../ui/problem.tsx';
import type { Row } from './rows.ts';

/** The most associations of one adoption, as many as a dry run checks. */
const maxAdopted = 100;

/** The most clusters of one dry run. */
const maxClusters = 10;

/** What a dry run says of the adoption of rows. */
export interface AdoptionPlan {
  readonly ready: readonly Row[];
  /** Rows that would be refused, by the reason. */
  readonly refused: ReadonlyMap<string, readonly Row[]>;
}

/** The rows of a selection that can be adopted at once. */
export function adoptable(rows: readonly Row[]): readonly Row[] {
  const outside = rows.filter(({ origin }) => origin === 'OUTSIDE').slice(0, maxAdopted);
  const clusters = [...new Set(outside.map(clusterKey))].slice(0, maxClusters);
  return outside.filter((row) => clusters.includes(clusterKey(row)));
}

/** Asks what an adoption would do: one dry run, which is recorded in the trail. */
export async function planAdoption(client: GatewayClient, rows: readonly Row[], reason: string): Promise<AdoptionPlan> {
  const changes = rows.map((row) => ({ adopt: inputOf(row, reason) }));
  const { results } = await client.checkPodIdentityAssociations({ input: { changes } });
  const ready: Row[] = [];
  const refused = new Map<string, Row[]>();
  for (const [index, row] of rows.entries()) {
    const result = results[index];
    if (result?.wouldBeAttempted) {
      ready.push(row);
      continue;
    }
    const message = result?.refusal?.message ?? 'It was not checked.';
    refused.set(message, [...(refused.get(message) ?? []), row]);
  }
  return { ready, refused };
}

/** What became of the adoption of a row; null: it is adopted. */
export interface Adopted {
  readonly row: Row;
  readonly problem: string | null;
}

/** Adopts rows one after the other. Stops after what it is at when the signal is aborted. */
export async function adoptAll(
  client: GatewayClient,
  rows: readonly Row[],
  reason: string,
  { signal, onAdopted }: { readonly signal: AbortSignal; readonly onAdopted: (adopted: Adopted) => void },
): Promise<void> {
  for (const row of rows) {
    if (signal.aborted) return;
    onAdopted({
      row,
      problem: await adoptOne(client, row, reason).catch((error: unknown) => errorWords(error as Error)),
    });
  }
}

async function adoptOne(client: GatewayClient, row: Row, reason: string): Promise<string | null> {
  const result = await client.adoptPodIdentityAssociation(inputOf(row, reason));
  if (result.kind === 'succeeded') return null;
  return result.kind === 'refused' ? result.refusal.message : 'What became of it is not known yet: see the trail.';
}

function inputOf({ clusterName, accountId, region, associationId }: Row, reason: string): AdoptInput {
  return { clusterName, accountId, region, associationId, ...(reason && { reason }) };
}
