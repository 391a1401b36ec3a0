// Quick test: packages/eks-simulator/test/faults.test.ts.
import type { SimulatedAssociation } from '../src/association.ts';
import { faultKinds } from '../src/faults.ts';
import { changingOperations } from '../src/operation.ts';
import type { OperationName } from '../src/operation.ts';
import { clientFor, delayMs, expected, failureText, faultOf } from './fault-effects.ts';
import { clientOf, failure, otherRoleArn, directAssociation, roleArn, simulate, until } from './simulation.ts';
import type { Client } from './simulation.ts';

/** An operation on an existing association, and a check of its effect. */
interface Change {
  readonly send: (client: Client, association: SimulatedAssociation) => Promise<unknown>;
  readonly isDone: (association: SimulatedAssociation | undefined) => boolean;
}

const changes: Partial<Record<OperationName, Change>> = {
  UpdatePodIdentityAssociation: {
    send: (client, { associationId }) => client.update(associationId, { roleArn: otherRoleArn }),
    isDone: (association) => association?.roleArn === otherRoleArn,
  },
  DeletePodIdentityAssociation: {
    send: (client, { associationId }) => client.remove(associationId),
    isDone: (association) => association === undefined,
  },
  TagResource: {
    send: (client, { associationArn }) => client.tag(associationArn, { stage: 'dev' }),
    isDone: (association) => association?.tags.stage === 'dev',
  },
  UntagResource: {
    send: (client, { associationArn }) => client.untag(associationArn, ['team']),
    isDone: (association) => association?.tags.team === undefined,
  },
};
const operations = Object.entries(changes) as [OperationName, Change][];

/** A simulator with one association, and a client. */
async function simulateWithAssociation(clock: () => number = Date.now) {
  const simulator = await simulate({ clock });
  const { control } = simulator;
  const association = control.createAssociation({ ...directAssociation, tags: { team: 'payments' } });
  return { simulator, control, association, client: clientOf(simulator) };
}

test('every changing operation is tested', () => {
  expect(['CreatePodIdentityAssociation', ...Object.keys(changes)].sort()).toEqual([...changingOperations].sort());
});

describe.each(operations)('%s', (operation, { send, isDone }) => {
  test.each(faultKinds)('%s: client, effect and log are as documented', async (kind) => {
    const { simulator, control, association } = await simulateWithAssociation();
    control.addFault(faultOf(operation, kind));
    const { error, effect, outcome, answer } = expected[kind];
    const call = send(clientFor(kind, simulator), association);
    if (error === null) await call;
    else expect(await failureText(call)).toContain(error);
    // The client may give up before the simulator has read its request.
    await until(() => control.requests().length > 0);
    expect(isDone(control.associations()[0])).toBe(effect);
    const { associationId, namespace, serviceAccount } = association;
    const what = { operation, associationId, namespace, serviceAccount };
    expect(control.requests()).toMatchObject([{ ...what, fault: kind, outcome, answer }]);
    expect(control.pendingFaults()).toEqual([]);
  });

  test('late-effect runs the operation after its delay', async () => {
    const { control, association, client } = await simulateWithAssociation();
    control.addFault({ operation, kind: 'late-effect', delayMs });
    await failure(send(client, association));
    await until(() => control.requests()[0]?.outcome === 'succeeded');
    expect(isDone(control.associations()[0])).toBe(true);
  });

  test('late-effect on a deleted association has no effect', async () => {
    const { control, association, client } = await simulateWithAssociation();
    control.addFault({ operation, kind: 'late-effect', delayMs: 500 });
    await failure(send(client, association));
    control.deleteAssociation(association.associationId);
    await until(() => control.requests()[0]?.outcome !== 'pending');
    expect(control.requests()[0]?.outcome).toMatch(/NotFoundException$/);
    expect(control.associations()).toEqual([]);
  });

  test('lag makes reads return the old association until its delay has passed', async () => {
    let now = Date.now();
    const { control, association, client } = await simulateWithAssociation(() => now);
    const { associationId, associationArn } = association;
    const before = await client.describe(associationId);
    control.addFault({ operation, kind: 'lag', delayMs: 5000 });
    await send(client, association);
    expect(isDone(control.associations()[0])).toBe(true);
    now += 4999;
    expect(await client.describe(associationId)).toEqual(before);
    expect(await client.tagsOf(associationArn)).toEqual({ team: 'payments' });
    expect((await client.list()).names).toHaveLength(1);
    now += 1;
    const after = operation === 'DeletePodIdentityAssociation' ? [] : control.associations();
    expect((await client.list()).names).toHaveLength(after.length);
    if (after.length > 0) expect(await client.tagsOf(associationArn)).toEqual(after[0]?.tags);
    else expect((await failure(client.describe(associationId))).status).toBe(404);
  });

  test('access-denied names the permission of the operation on the association', async () => {
    const { control, association, client } = await simulateWithAssociation();
    control.addFault({ operation, kind: 'access-denied' });
    const words = `perform: eks:${operation} on resource: ${association.associationArn} because`;
    expect((await failure(send(client, association))).message).toContain(words);
  });
});

test('a second change does not end the lag of the first', async () => {
  let now = Date.now();
  const { control, association, client } = await simulateWithAssociation(() => now);
  const { associationId } = association;
  control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'lag', delayMs: 5000 });
  await client.update(associationId, { roleArn: otherRoleArn });
  await client.update(associationId, { disableSessionTags: true });
  expect(await client.describe(associationId)).toMatchObject({ roleArn, disableSessionTags: false });
  now += 5000;
  expect(await client.describe(associationId)).toMatchObject({ roleArn: otherRoleArn, disableSessionTags: true });
});

test('a deletion without a lag ends the lag of an earlier change', async () => {
  const { control, association, client } = await simulateWithAssociation();
  control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'lag', delayMs: 5000 });
  await client.update(association.associationId, { roleArn: otherRoleArn });
  await client.remove(association.associationId);
  expect((await client.list()).names).toEqual([]);
  await client.create();
});

test('reads during a lagging deletion return what was visible before it', async () => {
  const { control, association, client } = await simulateWithAssociation();
  const { associationId } = association;
  control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'lag', delayMs: 5000 });
  control.addFault({ operation: 'DeletePodIdentityAssociation', kind: 'lag', delayMs: 5000 });
  await client.update(associationId, { roleArn: otherRoleArn });
  await client.remove(associationId);
  expect((await client.describe(associationId)).roleArn).toBe(roleArn);
});

test('a fault that matches an association does not apply to other associations', async () => {
  const { control, association, client } = await simulateWithAssociation();
  const other = control.createAssociation({ ...directAssociation, namespace: 'search' });
  const match = { associationId: other.associationId };
  for (const [operation, { send }] of operations) {
    if (operation === 'DeletePodIdentityAssociation') continue;
    control.addFault({ operation, kind: 'throttle', match });
    await send(client, association);
    expect((await failure(send(client, other))).name).toBe('ThrottlingException');
  }
  control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'throttle', match });
  control.addFault({ operation: 'ListTagsForResource', kind: 'throttle', match });
  control.addFault({ operation: 'DeletePodIdentityAssociation', kind: 'throttle', match });
  await client.describe(association.associationId);
  await client.tagsOf(association.associationArn);
  await client.remove(association.associationId);
  expect((await failure(client.describe(other.associationId))).name).toBe('ThrottlingException');
  expect((await failure(client.tagsOf(other.associationArn))).name).toBe('ThrottlingException');
  expect((await failure(client.remove(other.associationId))).name).toBe('ThrottlingException');
});

test('a fault that matches a namespace applies to requests that contain an association id only', async () => {
  const { control, association, client } = await simulateWithAssociation();
  const other = control.createAssociation({ ...directAssociation, namespace: 'search' });
  control.addFault({ operation: 'ListTagsForResource', kind: 'access-denied', match: { namespace: 'search' } });
  await client.tagsOf(association.associationArn);
  expect((await failure(client.tagsOf(other.associationArn))).message).toContain(
    `eks:ListTagsForResource on resource: ${other.associationArn}`,
  );
  control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'throttle', match: { namespace: 'search' } });
  await client.update(association.associationId, { roleArn });
  expect((await failure(client.update(other.associationId, { roleArn }))).name).toBe('ThrottlingException');
});

test('a fault that matches a namespace applies to a deleted association that reads still return', async () => {
  const { control, association, client } = await simulateWithAssociation();
  control.addFault({ operation: 'DeletePodIdentityAssociation', kind: 'lag', delayMs: 5000 });
  await client.remove(association.associationId);
  control.addFault({ operation: 'DescribePodIdentityAssociation', kind: 'throttle', match: { namespace: 'payments' } });
  expect((await failure(client.describe(association.associationId))).name).toBe('ThrottlingException');
});

test('a tagging request with an invalid ARN uses up no fault', async () => {
  const { control, client } = await simulateWithAssociation();
  control.addFault({ operation: 'TagResource', kind: 'throttle' });
  expect((await failure(client.tag('a-abcdefghijklmnop1', { team: 'payments' }))).name).toBe('BadRequestException');
  expect(control.pendingFaults()).toHaveLength(1);
});
