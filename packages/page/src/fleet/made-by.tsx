import { useQuery } from '../api/use-query.ts';
import { FleetOperation } from '../generated/fleet.ts';
import { hrefOf } from '../route.ts';
import { Who } from '../trail/cells.tsx';
import { Id } from '../ui/arn.tsx';
import { shortened } from '../ui/arn-parts.ts';
import { Time } from '../ui/time.tsx';
import type { Association } from './rows.ts';

/**
 * Who made an association, with a link to the operation. The trail records that its entries were
 * read.
 */
export function MadeBy({ association }: { readonly association: Association }) {
  const { operationId, origin } = association;
  const { data, error } = useQuery(FleetOperation, operationId === null ? null : { id: operationId });
  if (operationId === null) {
    return <>{origin === 'ADD_ON' ? 'an EKS add-on' : 'others: no operation of the gateway explains it'}</>;
  }
  const operation = data?.operation;
  const [first] = operation?.entries ?? [];
  return (
    <>
      {first && (
        <>
          <a href={hrefOf('trail', { principalId: first.principal.principalId })}>
            <Who principalId={first.principal.principalId} />
          </a>
          {first.onBehalfOf !== null && (
            <>
              {' '}
              for <bdi>{shortened(first.onBehalfOf)}</bdi>
            </>
          )}
          , <Time at={operation?.startedAt ?? ''} />
          {first.reason !== null && (
            <div>
              <bdi>{first.reason}</bdi>
            </div>
          )}
        </>
      )}
      {(error ?? (data && !operation)) && 'You may not read its operation. '}
      <div>
        Operation <Id id={operationId} href={hrefOf('trail/operation', { id: operationId })} />
      </div>
    </>
  );
}
