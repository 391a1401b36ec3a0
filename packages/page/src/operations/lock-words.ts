import type { LocksQuery } from '../generated/operations.ts';

type Lock = NonNullable<LocksQuery['locks']>[number];

/** What a lock stops, e.g. "Reads and changes by https://issuer.example#bob". */
export function lockTitle({ scope, clusterName, accountId, region, principalId, stopsReads }: Lock): string {
  const what = stopsReads ? 'Reads and changes' : 'Changes';
  switch (scope) {
    case 'ALL':
      return stopsReads ? 'All reads and changes' : 'All changes';
    case 'CLUSTER':
      return `${what} in ${clusterName} (${accountId}, ${region})`;
    case 'PRINCIPAL':
      return `${what} by ${principalId}`;
  }
}

/** The command that lifts a lock. */
export function liftCommand({ scope, clusterName, accountId, region, principalId }: Lock): string {
  const command = 'npx pod-identity-operator lock lift';
  switch (scope) {
    case 'ALL':
      return `${command} --all`;
    case 'CLUSTER':
      return `${command} --cluster ${clusterName} --account ${accountId} --region ${region}`;
    case 'PRINCIPAL':
      return `${command} --principal '${principalId?.replaceAll("'", "'\\''")}'`;
  }
}
