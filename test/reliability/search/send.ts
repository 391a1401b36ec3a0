import type { MutationResult } from '../../../src/operations/terms/result.ts';
import { mutate } from '../../../src/operations/mutate.ts';
import { operations } from '../../../src/operations/kinds/operations.ts';
import { changeWarnings } from '../../../src/operations/warnings/preflight.ts';
import type { MutationCall } from '../../../src/operations/terms/admission.ts';
import type { Operation } from '../../../src/operations/terms/operation.ts';
import type { OperationKind } from '../../../src/model/operation.ts';
import type { RequestIdentity } from '../../../src/model/principal.ts';
import { othersRole, roleArn, serviceAccount } from './environment.ts';
import { tagOf } from './home.ts';
import type { Environment } from './environment.ts';
import type { Judgement } from './asked-needs.ts';
import { dependenciesOf } from './process-dependencies.ts';
import type { Process } from './processes.ts';
import type { ScenarioMutation } from './scenario.ts';
import type { MutationTarget } from './targets.ts';

/** Time limit of a request through API Gateway, in milliseconds. */
const functionMs = 29_000;

/** Sends a mutation to the gateway, and reads the warnings of its answer. */
export function send(
  environment: Environment,
  process: Process,
  { principal, kind, token, variant, adopts, changesOnlyExpiry, declaration = null }: ScenarioMutation,
  { id: associationId, expectedModifiedAt, plan, expiresAt }: MutationTarget,
  judgement: Judgement,
): Promise<MutationResult> {
  const { clusterName, series } = environment;
  const deps = dependenciesOf(environment, process, judgement);
  const deadline = deps.clock() + functionMs;
  const identity: RequestIdentity = {
    principal: { id: principal, kind: 'USER', groups: [], sessionName: null },
    actor: null,
    sourceAddress: null,
    userAgent: null,
    apiRequestId: process.attempt.name,
  };
  const common = { clusterName, clientRequestToken: `${token}-${series}`, reason: token, declaration };
  const role = { roleArn: roleArn(`${kind}-${variant}`) };
  const expiry = expiresAt === undefined ? {} : { expiresAt };
  const expectedRevision = plan?.revision ?? null;
  const existing = { ...common, associationId, expectedModifiedAt };
  const run = async <Kind extends OperationKind>(operation: Operation<Kind>, input: MutationCall<Kind>['input']) => {
    const result = await mutate(deps, operation, { identity, input, deadline });
    await changeWarnings(deps, operation, result, deadline);
    return result;
  };
  switch (kind) {
    case 'create': {
      const tags = variant === 2 ? fiftyTags : [];
      const binding = { ...common, ...serviceAccount, ...role, ...expiry, tags, expectedRevision };
      const orAdopt = { roleArn: othersRole, ifExists: 'ADOPT' } as const;
      return run(operations.CREATE_POD_IDENTITY_ASSOCIATION, adopts ? { ...binding, ...orAdopt } : binding);
    }
    case 'update': {
      const settings = changesOnlyExpiry && expiresAt !== undefined ? expiry : { ...role, ...expiry };
      return run(operations.UPDATE_POD_IDENTITY_ASSOCIATION, { ...existing, ...settings, expectedRevision });
    }
    case 'delete':
      return run(operations.DELETE_POD_IDENTITY_ASSOCIATION, existing);
    case 'adopt':
      return run(operations.ADOPT_POD_IDENTITY_ASSOCIATION, existing);
    case 'tag':
      return run(operations.TAG_POD_IDENTITY_ASSOCIATION, { ...existing, tags: [tagOf(`${variant}`)] });
    case 'untag':
      return run(operations.UNTAG_POD_IDENTITY_ASSOCIATION, { ...existing, tagKeys: [tagOf('').key] });
  }
}

/** The maximum number of tags, which leaves no room for the gateway's own. */
const fiftyTags = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: '' }));
