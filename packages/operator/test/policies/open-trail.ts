import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuthorizationContext, AuthorizationRequest } from '../../../../src/policy/policy.ts';
import { loadPolicy } from '../../../../src/policy/load.ts';
import { copyOfShipped, create, request } from '../../../../test/support/policy-sample.ts';
import { runOperator } from '../run-operator.ts';

/** Adds a policy `held` to a folder: deletes need an approval of the group security. */
export function addHeldDelete(folder: string): void {
  const required = join(folder, 'required-policies.json');
  const ids = JSON.parse(readFileSync(required, 'utf8')) as string[];
  writeFileSync(required, JSON.stringify([...ids, 'held']));
  const action = 'PodIdentity::Action::"DeletePodIdentityAssociation"';
  appendFileSync(
    join(folder, 'approvals.cedar'),
    `@id("held") @message("m") @advice("a") @approvers("security") forbid (principal, action == ${action}, resource);`,
  );
}

/** Opens a trail that is recorded with a copy of the shipped policies, in a folder that the test may change, and must remove. */
export function openTrail() {
  const folder = copyOfShipped();
  const trail = join(folder, 'trail.ndjson');
  const lines: string[] = [];

  /** Adds a line of the export: a request, decided by the policies of the folder as they are now. */
  const record = (asked: AuthorizationRequest, operation: object, who: AuthorizationContext, fields: object = {}) => {
    const { authorize, recordPrincipal } = loadPolicy(folder);
    const decision = authorize(who, asked);
    lines.push(
      JSON.stringify({
        v: 1,
        ...operation,
        ...who.identity,
        principal: recordPrincipal(who.identity.principal),
        actor: who.identity.actor && recordPrincipal(who.identity.actor),
        onBehalfOf: who.onBehalfOf,
        reason: who.hasReason ? 'because' : null,
        event: decision.allowed ? 'INTENT' : 'DENIED',
        fence: decision.allowed ? 1 : null,
        operationId: `operation-${lines.length}`,
        time: new Date(who.now).toISOString(),
        omitted: [],
        decision,
        ...fields,
      }),
    );
  };

  const recordCreate = (who: AuthorizationContext, change: Partial<typeof request> = {}, fields: object = {}) => {
    const asked = { ...request, ...change };
    record(create(change), { operation: 'CREATE_POD_IDENTITY_ASSOCIATION', request: asked, before: null }, who, fields);
  };

  /** Replays it with the policies of the folder. */
  const replay = async (...args: readonly string[]) => {
    writeFileSync(trail, `${lines.join('\n')}\n`);
    const words = ['policies', 'replay', '--trail', trail, '--policies', folder, ...args];
    const { status, stdout, stderr } = await runOperator(words);
    return { status, out: stdout, err: stderr };
  };

  return { folder, trail, lines, record, recordCreate, replay, remove: () => rmSync(folder, { recursive: true }) };
}
