import { useEffect, useState } from 'preact/hooks';
import type { DriftKind, DriftSource } from '../../../../src/generated/types.ts';
import { useGateway } from '../api/gateway.ts';
import { FleetDrift } from '../generated/fleet.ts';
import type { FleetDriftQuery } from '../generated/fleet.ts';
import { hrefOf } from '../route.ts';
import { Diff } from '../ui/diff.tsx';
import { Problem } from '../ui/problem.tsx';
import { State } from '../ui/state.tsx';
import type { StateName } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { useAction } from '../ui/use-action.ts';
import { isOutside, signOf } from './rows.ts';
import type { Association } from './rows.ts';

type Found = NonNullable<FleetDriftQuery['associationDrift']>['nodes'][number];

const meanings: Readonly<Record<DriftKind, string>> = {
  UNMANAGED: 'No operation of the gateway made or adopted it.',
  FORGED_TAG: 'Its tag names an operation that did not make it.',
  MODIFIED: 'It differs from what the gateway left.',
  DELETED: 'It is gone from EKS, and no operation deleted it.',
  NOT_EXAMINED: 'The trail has too many entries of it to compare them.',
};

interface Compared {
  readonly source: DriftSource;
  /** ISO 8601. */
  readonly at: string;
  /** Null: there is no drift. */
  readonly found: Found | null;
}

/**
 * How an association differs from the audit trail: as scans saw it where others made it, and as EKS
 * has it on demand.
 */
export function Drift({ association }: { readonly association: Association }) {
  const { client } = useGateway();
  const [compared, setCompared] = useState<Compared | null>(null);
  const { isBusy, error, run } = useAction();
  const { associationArn, accountId, region, clusterName, namespace } = association;

  const compare = async (source: DriftSource) => {
    let after: string | null = null;
    let found: Found | null;
    do {
      const variables = { accountId, region, clusterName, namespace, source, after };
      const data: FleetDriftQuery = await client.request(FleetDrift, variables);
      const page = data.associationDrift;
      found = page?.nodes.find((one) => one.associationArn === associationArn) ?? null;
      after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (found === null && after !== null);
    setCompared({ source, at: new Date().toISOString(), found });
  };
  useEffect(() => {
    setCompared(null);
    if (isOutside(association)) void run(() => compare('SCAN'));
  }, [associationArn, association.modifiedAt]);

  return (
    <section aria-label="Drift" class="fleet-drift">
      <h3>Drift</h3>
      {compared && <Result compared={compared} association={association} />}
      {error && <Problem error={error} />}
      <button type="button" disabled={isBusy} onClick={() => void run(() => compare('EKS'))}>
        {isBusy ? 'Comparing…' : 'Compare with EKS now'}
      </button>
    </section>
  );
}

/** The sign that the list has. */
function signOfKind(kind: DriftKind, association: Association): StateName {
  if (kind === 'NOT_EXAMINED') return 'unknown';
  return kind === 'UNMANAGED' && isOutside(association) ? signOf(association) : 'drift';
}

function Result({ compared, association }: { readonly compared: Compared; readonly association: Association }) {
  const { source, at, found } = compared;
  const isOfEks = source === 'EKS';
  const age = (
    <>
      {isOfEks ? 'compared with EKS' : 'as seen'} <Time at={isOfEks ? at : (found?.observedAt ?? at)} />
    </>
  );
  if (found === null) {
    return (
      <p role="status">
        <State name="succeeded">no drift</State>, {age}
      </p>
    );
  }
  const fields = found.differences.map(({ field, requested, existing }) => ({
    field,
    before: requested,
    after: existing,
  }));
  return (
    <>
      <p role="status">
        <State name={signOfKind(found.kind, association)} />, {age}. {meanings[found.kind]} <code>{found.kind}</code>{' '}
        {found.driftId !== null && <a href={hrefOf('trail/operation', { id: found.driftId })}>When it was found</a>}
      </p>
      {fields.length > 0 && <Diff label="What differs from the audit trail" fields={fields} />}
    </>
  );
}
