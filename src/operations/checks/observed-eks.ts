import type { Eks, EksError } from '../../eks/eks.ts';
import { knownAssociation } from '../../ledger/known-association.ts';
import type { KnownStates } from './known-states.ts';

const notRead: EksError = { exception: 'NotRead', message: 'Roles are not read for this check.', requestId: null };

const unused = () => Promise.reject(new Error('A check of what was observed does not read this from EKS.'));

/**
 * An EKS that answers from what was observed, so that a check follows the same flow as a dry run.
 * `ask` receives each role that policy asks for, which is not read.
 */
export function observedEks(states: KnownStates, ask: (roleArn: string) => void): Eks {
  return {
    describe: (associationId) => {
      const association = knownAssociation(states.ofAssociation(associationId));
      const isIt = association?.associationId === associationId;
      return Promise.resolve(isIt ? { kind: 'found', association } : { kind: 'absent' });
    },
    list: (target) => {
      const association = knownAssociation(states.ofTarget(target));
      return Promise.resolve({ kind: 'listed', associationIds: association ? [association.associationId] : [] });
    },
    readRole: (roleArn) => {
      ask(roleArn);
      return Promise.resolve({ kind: 'failed', error: notRead });
    },
    create: unused,
    update: unused,
    delete: unused,
    tag: unused,
    untag: unused,
    page: unused,
    describeCluster: unused,
    callerAccount: unused,
    describeAddon: unused,
  };
}
