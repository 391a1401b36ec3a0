import { association as sample } from '../../support/ledger-samples.ts';
import type { Applied } from './eks-behaviour.ts';
import { makeWorld } from './observation-checks.ts';

const association = sample();

/** An update by others, in the millisecond of the sample. */
function updateTo(roleArn: string): Applied {
  const modifiedAt = Date.parse(association.modifiedAt);
  return {
    ...{ kind: 'update', operationId: null, isTooLate: false, modifiedAt },
    association: { ...association, roleArn },
  };
}

test('of two changes in one millisecond, the last one is the version that EKS had', () => {
  const world = makeWorld(() => []);
  for (const role of ['first', 'second']) world.applied(updateTo(`arn:aws:iam::111122223333:role/pods/${role}`));
  expect(world.versionOf(association)?.association.roleArn).toMatch(/second$/);
});
