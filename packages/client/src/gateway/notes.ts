import type { Association, Succeeded } from '../client/result.ts';

/** Credentials that the agent on the node keeps are used until they expire. */
const cache =
  'The EKS Pod Identity Agent caches credentials for up to 6 hours, with a target role for up to 59 minutes';

function restart({ namespace }: Association): string {
  return `kubectl -n ${namespace} rollout restart deployment/<name>`;
}

/** What people should know after a change, a line each. */
export function notesOf(operation: string, { association, replayed }: Succeeded): readonly string[] {
  const repeated = replayed ? ['This is the recorded answer of an earlier request with the same token.'] : [];
  const { namespace, serviceAccount } = association;
  switch (operation) {
    case 'CreatePodIdentityAssociation':
      return [
        ...repeated,
        `Pods of service account ${namespace}/${serviceAccount} get the role when they start. Restart running ones: ${restart(association)}`,
        `${cache}.`,
      ];
    case 'UpdatePodIdentityAssociation':
      return [...repeated, `${cache}; pods use the change after that, or after a restart: ${restart(association)}`];
    default:
      return [...repeated, `Running pods keep their credentials until these expire. ${cache}.`];
  }
}
