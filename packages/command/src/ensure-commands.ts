import {
  accountId,
  association,
  binding,
  clusterName,
  expiresAt,
  onBehalfOf,
  plain,
  record,
  settings,
  tags,
} from './commands.ts';
import type { Command, Parameter, Shape } from './commands.ts';

const declaration: Parameter = {
  name: 'declaration',
  type: 'string',
  required: true,
  help: 'The name of the declaration whose association this is. What requests of others made or changed last is not changed.',
};

const takeOver: Parameter = {
  name: 'takeOver',
  type: 'boolean',
  help: 'Change the association also if it is not that of the declaration, which it becomes then.',
};

const attempt: Parameter = {
  name: 'attempt',
  type: 'string',
  help: 'A text of your choice. A new one asks anew for an approval that was rejected, withdrawn or expired.',
};

const place = binding.filter(({ name }) => name !== 'roleArn');
const desired: readonly Parameter[] = [
  clusterName,
  ...binding,
  {
    ...tags,
    help: 'The tags of the association, as key-value pairs: exactly these. Without the option, its tags stay.',
  },
  ...settings,
  {
    ...plain(expiresAt),
    help: 'When the gateway deletes the association, as RFC 3339 text. Without the option, its expiry stays; an empty text clears it.',
  },
];
const owned = [declaration, takeOver, attempt];
const recorded = record.map(plain);
const asked = [onBehalfOf, accountId].map(plain);

/** The commands of desired states. */
export function ensureCommands(check: Readonly<Record<string, Shape>>, difference: Shape): readonly Command[] {
  const answer = {
    change: 'string',
    changes: ['string'],
    isSettled: 'boolean',
    association,
    expiresAt: 'timestamp',
    differences: [difference],
    clientRequestToken: 'string',
    auditEntryId: 'string',
  } as const satisfies Shape;
  const checked = {
    change: 'string',
    differences: [difference],
    check,
    warnings: [{ code: 'string', message: 'string', advice: 'string' }],
  } as const satisfies Shape;
  const differs: NonNullable<Command['finds']> = ({ change }) => change !== 'NONE';
  return [
    {
      name: 'ensure-pod-identity-association',
      operation: 'EnsurePodIdentityAssociation',
      summary: 'Make the association of a service account as desired: create or change it, or leave it as it is.',
      parameters: [...desired, ...owned, ...recorded],
      answer,
      isMutation: true,
    },
    {
      name: 'ensure-no-pod-identity-association',
      operation: 'EnsureNoPodIdentityAssociation',
      summary: 'Make a service account have no association: delete that of the declaration, if there is one.',
      parameters: [clusterName, ...place, ...owned, ...recorded],
      answer,
      isMutation: true,
    },
    {
      name: 'check-ensure-pod-identity-association',
      operation: 'CheckEnsurePodIdentityAssociation',
      summary: 'Show which change a desired state needs, and whether it would be allowed. Nothing is changed.',
      parameters: [...desired, ...owned, ...asked],
      answer: checked,
      finds: differs,
    },
    {
      name: 'check-ensure-no-pod-identity-association',
      operation: 'CheckEnsureNoPodIdentityAssociation',
      summary: 'Show whether an association would have to be deleted, and whether that is allowed. Nothing is changed.',
      parameters: [clusterName, ...place, ...owned, ...asked],
      answer: checked,
      finds: differs,
    },
  ];
}
