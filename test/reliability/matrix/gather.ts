import type { LoggedRequest } from '#eks-simulator';
import type { ChangeKind, EksChange, Facts, HeldAssociation, TrailEntry } from '../facts.ts';
import type { Contender } from './contender.ts';
import type { World } from './world.ts';

const changes: Readonly<Record<string, ChangeKind>> = {
  CreatePodIdentityAssociation: 'create',
  UpdatePodIdentityAssociation: 'update',
  DeletePodIdentityAssociation: 'delete',
};

/** What a case has left behind, read from the tables and from EKS. */
export async function gather(
  world: World,
  contender: Contender,
  seen: Pick<Facts, 'answers' | 'touchedByOthers' | 'settled'>,
): Promise<Facts> {
  const entries = contender.entries(await world.items('audit'));
  const tokens = contender.tokens(await world.items('tokens'));
  const { control } = world.simulator;
  const asked = control.requests().flatMap((request) => changeOf(contender, request, entries));
  return { ...seen, changes: asked, associations: control.associations().map(heldOf), entries, tokens };
}

function changeOf(contender: Contender, request: LoggedRequest, entries: readonly TrailEntry[]): EksChange[] {
  const { requestId, operation, cluster, namespace, serviceAccount, associationId, clientRequestToken } = request;
  const kind = changes[operation ?? ''];
  if (!kind) return [];
  const change = {
    requestId,
    kind,
    time: Date.parse(request.time),
    serviceAccount: serviceAccount === null ? null : [cluster?.clusterName, namespace, serviceAccount].join('/'),
    associationId,
    applied: request.outcome === 'succeeded',
  };
  return [{ ...change, operationId: contender.operationOf(change, clientRequestToken, entries) }];
}

interface Simulated extends Pick<HeldAssociation, 'associationArn' | 'associationId' | 'roleArn'> {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly tags: Readonly<Record<string, string>>;
}

function heldOf({ clusterName, namespace, serviceAccount, tags, ...rest }: Simulated): HeldAssociation {
  const { associationArn, associationId, roleArn } = rest;
  return {
    ...{ associationArn, associationId, roleArn },
    serviceAccount: [clusterName, namespace, serviceAccount].join('/'),
    operationId: tags['pod-identity-gateway/operation'] ?? null,
  };
}
