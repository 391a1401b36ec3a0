import type { AssociationTarget, ClusterRef } from '../model/association.ts';
import type { AssociationState } from './association-state.ts';

/** What queries read of the states of associations. The methods throw as those of the ledger do. Eventually consistent. */
export interface AssociationReads {
  /** The states of up to 100 service accounts, in this order; null for one without. */
  getAssociationStates(targets: readonly AssociationTarget[]): Promise<(AssociationState | null)[]>;

  /** The service accounts of a cluster whose state names one of up to 100 associations as the last one. Reads the states of the whole cluster. */
  targetsOfAssociations(cluster: ClusterRef, associationIds: readonly string[]): Promise<AssociationTarget[]>;
}
