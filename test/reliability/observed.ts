import type { Facts } from './facts.ts';

/** Where scans recorded something else than happened: drift that is not there, or none, or twice; and a state that EKS does not have. */
export function untrueObservations({ observed, associations }: Facts): string[] {
  if (!observed) return [];
  const { isDrift, entries, driftId, associationId, isLeft, repairs, leftInProgress } = observed;
  const events = entries.map(({ event }) => event).join(', ');
  const expected = isDrift ? 'DRIFT_FOUND' : '';
  const recorded = entries[0]?.operationId ?? null;
  const [real = null] = associations.map((one) => one.associationId);
  return [
    ...(events === expected ? [] : [`scans recorded ${events || 'nothing'} instead of ${expected || 'nothing'}`]),
    ...(driftId === recorded ? [] : [`the state names the drift ${driftId}, but the trail has ${recorded}`]),
    ...(associationId === real ? [] : [`the state has the association ${associationId}, but EKS has ${real}`]),
    ...(repairs === Number(isLeft) ? [] : [`scans recorded ${repairs} repairs instead of ${Number(isLeft)}`]),
    ...(leftInProgress === 0 ? [] : [`the state has ${leftInProgress} records in progress that are not`]),
  ];
}
