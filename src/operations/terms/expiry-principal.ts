import { expireServiceId } from '../../model/principal.ts';
import type { RecordedPrincipal } from '../../model/principal.ts';

/** Who carries out expiries: the actor of their deletes. */
export const expireService: RecordedPrincipal = {
  id: expireServiceId,
  kind: 'SERVICE',
  groups: [],
  otherGroups: null,
  sessionName: null,
};
