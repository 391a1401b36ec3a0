import type { ObservedState } from '../../../src/ledger/association-state.ts';
import type { StateChange } from '../../../src/ledger/state-store.ts';
import type { Association, Tag } from '../../../src/model/association.ts';
import { association as sample } from '../../support/ledger-samples.ts';
import type { ChangeKind } from '../facts.ts';
import { tagOf } from './home.ts';
import { makeObservationModel } from './model-observations.ts';

const found = sample({ tags: [] });
const by = { name: 'scan 1', shown: null };

/** The model after others made an association and a scan saw it, and what it reports. */
function seenOnce(wereApart = false) {
  const broken: string[] = [];
  const clock = { wereApart: () => wereApart, eks: () => Date.parse(found.modifiedAt) };
  const model = makeObservationModel(
    clock,
    () => [],
    (rule) => broken.push(rule),
  );
  let revision = 0;
  const apply = (kind: ChangeKind, association: Association) =>
    model.applied({
      ...{ kind, association, operationId: null, isTooLate: false },
      modifiedAt: Date.parse(association.modifiedAt),
    });
  const see = (association: Association, isChange: boolean) => {
    const { associationId, modifiedAt, accountId, region, clusterName, namespace, serviceAccount } = association;
    const observed: ObservedState = {
      ...{ at: 0, revision: (revision += 1), origin: 'OUTSIDE', association, driftId: null },
      sight: { associationId, modifiedAt, isGone: false },
    };
    const target = { accountId, region, clusterName, namespace, serviceAccount };
    const change: StateChange = { target, observed, openOperations: [], endedOperationIds: [], isChange };
    return model.observed({ ...by, shown: association }, change, null, null);
  };
  apply('create', found);
  see(found, true);
  return { model, broken, apply, see };
}

const withTag = (tag: Tag): Association => ({ ...found, tags: [tag] });

test('tags that others set move the revision once, when a scan first sees them', () => {
  const { model, broken, apply, see } = seenOnce();
  const tagged = withTag(tagOf('outside'));
  apply('tag', tagged);
  expect([see(tagged, true), see(tagged, false)]).toEqual([true, false]);
  expect(model.changes()).toBe(2);
  expect(broken).toEqual([]);
});

test('a scan that counts a foreign change twice, or not, is reported', () => {
  const { broken, apply, see } = seenOnce();
  see(found, true);
  const tagged = withTag(tagOf('outside'));
  apply('tag', tagged);
  see(tagged, false);
  expect(broken).toEqual([
    expect.stringMatching(/^scan 1 counted a change/),
    expect.stringMatching(/^scan 1 counted no change/),
  ]);
});
