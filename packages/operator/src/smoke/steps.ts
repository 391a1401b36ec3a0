import { randomUUID } from 'node:crypto';
import type { SendGraphql } from './client.ts';

/** What a step of the smoke test found. Skipped steps say what they need. */
export interface StepResult {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly milliseconds: number;
  readonly detail: string;
}

/** The association that the smoke test creates and deletes again. */
export interface Target {
  readonly clusterName: string;
  readonly accountId?: string | undefined;
  readonly region?: string | undefined;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly deniedNamespace: string;
}

/** How to reach what the smoke test examines; null: the steps that need it are skipped. */
export interface Connections {
  readonly jwt: SendGraphql;
  readonly iam: SendGraphql | null;
  /** Changes an association in EKS, not through the gateway. */
  readonly changeDirectly: ((associationId: string) => Promise<void>) | null;
  /** Runs the reconciler once and gives its counts. */
  readonly reconcile: (() => Promise<Readonly<Record<string, unknown>>>) | null;
}

interface Payload {
  readonly status: string;
  readonly replayed: boolean;
  readonly association: { readonly associationId: string; readonly associationArn: string } | null;
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

const fields = '{ status replayed association { associationId associationArn } refusal { code message } }';
const createMutation = `mutation ($input: CreatePodIdentityAssociationInput!) { createPodIdentityAssociation(input: $input) ${fields} }`;
const deleteMutation = `mutation ($input: DeletePodIdentityAssociationInput!) { deletePodIdentityAssociation(input: $input) ${fields} }`;
const viewerQuery = '{ viewer { id kind } }';
const driftQuery = `query ($clusterName: String!, $accountId: String, $region: String, $namespace: String) {
  associationDrift(clusterName: $clusterName, accountId: $accountId, region: $region, namespace: $namespace) {
    nodes { kind associationArn }
  }
}`;

/**
 * Runs all steps in order and gives their results. The association is deleted even if a step before
 * failed.
 */
export async function runSteps(connections: Connections, target: Target): Promise<StepResult[]> {
  const { jwt, iam, changeDirectly, reconcile } = connections;
  const { deniedNamespace, ...association } = target;
  const { clusterName, accountId, region, namespace } = target;
  const token = `smoke-${randomUUID()}`;
  let created: Payload['association'] = null;
  const send = async (query: string, input: object) => {
    const [payload] = Object.values(await jwt(query, { input }));
    return payload as Payload;
  };
  const input = { ...association, clientRequestToken: token, reason: 'Smoke test of the deployment.' };

  const steps: [name: string, run: (() => Promise<string>) | null, needs?: string][] = [
    ['viewer, by JWT', () => viewer(jwt)],
    ['viewer, by AWS credentials', iam && (() => viewer(iam)), '--iam-url'],
    [
      'create that is allowed',
      async () => {
        const payload = await send(createMutation, input);
        created = payload.association;
        expectThat(payload.status === 'SUCCEEDED' && !payload.replayed, payload);
        return created?.associationId ?? '';
      },
    ],
    [
      'replay of the create',
      async () => {
        const payload = await send(createMutation, input);
        expectThat(payload.status === 'SUCCEEDED' && payload.replayed, payload);
        return 'the recorded answer';
      },
    ],
    [
      'create that is denied',
      async () => {
        const denied = { ...input, namespace: deniedNamespace, clientRequestToken: `${token}-denied` };
        const payload = await send(createMutation, denied);
        expectThat(payload.refusal?.code === 'POLICY_DENIED', payload);
        return payload.refusal?.message ?? '';
      },
    ],
    [
      'drift after a direct change',
      changeDirectly &&
        (async () => {
          if (created === null) throw new Error('There is no association to change.');
          await changeDirectly(created.associationId);
          const { associationDrift } = await jwt(driftQuery, { clusterName, accountId, region, namespace });
          const { nodes } = associationDrift as { nodes: { kind: string; associationArn: string }[] };
          const found = nodes.find(({ associationArn }) => associationArn === created?.associationArn);
          expectThat(found?.kind === 'MODIFIED', nodes);
          return 'MODIFIED';
        }),
      '--direct',
    ],
    [
      'reconciliation',
      reconcile &&
        (async () => {
          const counts = await reconcile();
          expectThat(counts.failed === 0, counts);
          return JSON.stringify(counts);
        }),
      '--reconcile-function',
    ],
    [
      'delete',
      async () => {
        if (created === null) throw new Error('There is no association to delete.');
        const { associationId } = created;
        const payload = await send(deleteMutation, { clusterName, accountId, region, associationId });
        expectThat(payload.status === 'SUCCEEDED', payload);
        return associationId;
      },
    ],
  ];
  const results: StepResult[] = [];
  for (const [name, run, needs] of steps) results.push(await measured(name, run, needs));
  return results;
}

async function measured(name: string, run: (() => Promise<string>) | null, needs = ''): Promise<StepResult> {
  if (run === null) return { name, outcome: 'skipped', milliseconds: 0, detail: `needs ${needs}` };
  const start = performance.now();
  const result = (outcome: StepResult['outcome'], detail: string): StepResult => ({
    name,
    outcome,
    detail,
    milliseconds: Math.round(performance.now() - start),
  });
  try {
    return result('passed', await run());
  } catch (error) {
    return result('failed', error instanceof Error ? error.message : String(error));
  }
}

async function viewer(send: SendGraphql): Promise<string> {
  const { viewer: principal } = await send(viewerQuery);
  const { id, kind } = principal as { id: string; kind: string };
  return `${kind} ${id}`;
}

function expectThat(isTrue: boolean, answer: unknown): void {
  if (!isTrue) throw new Error(`unexpected answer: ${JSON.stringify(answer)}`);
}
