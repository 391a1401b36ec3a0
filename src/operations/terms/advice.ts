import type { Association } from '../../model/association.ts';
import type { Difference } from '../../model/refusal.ts';
import type { Warning } from '../../model/warning.ts';

// Warnings after a change that follow from the association itself. Source: the EKS user guide, on
// the agent and on target roles.

/** How long the agent on the node keeps the credentials that it has. */
function cacheOf({ targetRoleArn }: Association): string {
  return `the EKS Pod Identity Agent caches credentials for up to ${targetRoleArn === null ? '6 hours' : '59 minutes'}`;
}

function restartOf({ namespace }: Association): string {
  return `kubectl -n ${namespace} rollout restart deployment/<name>`;
}

function podsOf({ namespace, serviceAccount }: Association): string {
  return `pods of service account ${namespace}/${serviceAccount}`;
}

/** After a create: EKS adds the credentials to pods when they are admitted. */
export function warningsAfterCreate(association: Association): readonly Warning[] {
  return [
    {
      code: 'PODS_NOT_UPDATED',
      message: `Running ${podsOf(association)} do not get the role: pods get it when they start.`,
      advice:
        `Restart them some seconds after the create: ${restartOf(association)} ` +
        `Later updates reach them with a delay: ${cacheOf(association)}.`,
    },
  ];
}

/** After a create that adopted an association: its tags stay as they are. */
export function warningsAfterAdoption(differences: readonly Difference[]): readonly Warning[] {
  if (differences.length === 0) return [];
  const fields = differences.map(({ field }) => field.replace(/^tags\./, ''));
  return [
    {
      code: 'TAGS_DIFFER',
      message: `The adopted association has other tags than the request: ${fields.join(', ')}.`,
      advice:
        'Keep them, or have the tool that set them change them: the gateway sets tags only when it creates an association.',
    },
  ];
}

/** After an update: an agent does not learn of it. */
export function warningsAfterUpdate(association: Association): readonly Warning[] {
  return [
    {
      code: 'PODS_NOT_UPDATED',
      message: `Running ${podsOf(association)} can keep credentials from before the update: ${cacheOf(association)}.`,
      advice: `Wait that long, or restart the pods: ${restartOf(association)}`,
    },
  ];
}

/** After a request that set an expiry: the same is so then as after a delete. */
export function warningsOfExpiry(association: Association, expiresAt: string | null): readonly Warning[] {
  if (expiresAt === null) return [];
  return [
    {
      code: 'CREDENTIALS_OUTLIVE_ENDING',
      message: `The association is deleted after ${expiresAt}. Running ${podsOf(association)} keep their credentials until these expire; ${cacheOf(association)}.`,
      advice: 'Give an earlier expiresAt if access must have ended by then, or stop the pods.',
    },
  ];
}

/** After a delete: credentials of AWS STS can't be taken back. */
export function warningsAfterDelete(association: Association): readonly Warning[] {
  return [
    {
      code: 'PODS_NOT_UPDATED',
      message: `Running ${podsOf(association)} keep their credentials until these expire; ${cacheOf(association)}.`,
      advice: `To end access earlier, stop the pods and revoke the sessions of ${association.roleArn} in IAM.`,
    },
  ];
}
