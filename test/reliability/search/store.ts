import type { ApprovalStore } from '../../../src/ledger/approvals.ts';
import type { Erasure } from '../../../src/ledger/stored/erasure.ts';
import type { AssociationReads } from '../../../src/ledger/association-history.ts';
import type { Expiries } from '../../../src/ledger/association-expiry.ts';
import type { ObservationStore } from '../../../src/ledger/cluster-scan.ts';
import type { AssociationStates } from '../../../src/ledger/state-store.ts';
import type { StateRepairs } from '../../../src/ledger/state-repair.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';

/** The store of a scenario: what requests, approvers, the reconciler, scans and `expire` write, and the history. */
export type ScenarioStore = Ledger &
  ApprovalStore &
  AssociationStates &
  StateRepairs &
  Expiries &
  Pick<ObservationStore, 'putAccountReads'> &
  Erasure &
  Pick<AssociationReads, 'readVersions'>;
