import type { ViewerQuery } from '../generated/api.ts';
import { Id } from '../ui/arn.tsx';
import { Facts } from '../ui/facts.tsx';
import { Time } from '../ui/time.tsx';

/** Which gateway answers, and what it decides by. */
export function Deployment({ gateway }: Pick<ViewerQuery, 'gateway'>) {
  const { version, deployedAt, policySetHash, inventoryHash, policyVersion } = gateway;
  return (
    <Facts
      facts={{
        Version: version,
        Deployed: deployedAt && <Time at={deployedAt} absolute />,
        'Policy version': policyVersion ? (
          <>
            {policyVersion.number}, <Time at={policyVersion.publishedAt} />
          </>
        ) : (
          'none: the policies of the deployment'
        ),
        'Policies, SHA-256': <Id id={policySetHash} />,
        'Inventory, SHA-256': <Id id={inventoryHash} />,
      }}
    />
  );
}
