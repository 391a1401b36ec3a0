import { isAllowed } from '../../src/operations/terms/decisions.ts';
import { entries } from '../support/stored-samples.ts';

test('a request is allowed only if the deletion that its expiry is is allowed too', () => {
  const { decision: sample } = entries.INTENT;
  if (!sample) throw new Error('The sample has no decision.');
  const [decision, denied] = [true, false].map((allowed) => ({ ...sample, allowed }));
  if (!decision || !denied) throw new Error('unreachable');
  expect(isAllowed({ decision })).toBe(true);
  expect(isAllowed({ decision, deleteDecision: decision })).toBe(true);
  expect(isAllowed({ decision, deleteDecision: denied })).toBe(false);
  expect(isAllowed({ decision: denied, deleteDecision: decision })).toBe(false);
});
