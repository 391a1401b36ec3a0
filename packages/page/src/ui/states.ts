/** What a state means to the reader, which colours it in addition to its word and icon. */
type Tone = 'good' | 'bad' | 'waiting' | 'plain';

/** The same sign for the same state in each view. */
export const states = {
  succeeded: ['done', 'check', 'good'],
  refused: ['refused', 'cross', 'bad'],
  denied: ['denied', 'cross', 'bad'],
  failed: ['failed', 'cross', 'bad'],
  inProgress: ['in progress', 'clock', 'waiting'],
  unknown: ['outcome not known', 'question', 'waiting'],
  drift: ['drift', 'drift', 'bad'],
  outside: ['made outside', 'outside', 'bad'],
  adopted: ['adopted', 'link', 'plain'],
  addOn: ['EKS add-on', 'addOn', 'plain'],
  operation: ['by the gateway', 'check', 'plain'],
  expiring: ['ends', 'clock', 'waiting'],
  approval: ['needs approval', 'person', 'waiting'],
  approved: ['approved', 'check', 'good'],
  rejected: ['rejected', 'cross', 'bad'],
  expired: ['expired', 'clock', 'plain'],
  voided: ['vote does not count', 'cross', 'bad'],
  locked: ['locked', 'lock', 'bad'],
} as const satisfies Record<string, readonly [word: string, icon: string, tone: Tone]>;

/** A state that has a sign. */
export type StateName = keyof typeof states;
