import type { Change } from './planner.ts';
import { predecessorsOf } from './rows.ts';

/** A change whose turn it is. */
export interface Taken {
  readonly change: Change;
  /** A change with the same roles that was refused because they do not exist; null if none was. */
  readonly refused: Change | null;
}

/**
 * Changes in their order. Those of one role wait until one of them got an answer about it: one asks
 * at a time. Those of one service account wait until the one before is done; if it is not, they are
 * not made.
 */
export interface Queue {
  /** The next change, once there is one to make; null at the end. */
  readonly take: () => Promise<Taken | null>;
  /** Takes in that a change is in progress: its role exists. */
  readonly goOn: (change: Change) => void;
  /** Takes in what became of a change. */
  readonly ended: (change: Change, ending: Ending) => void;
}

/** What became of a change: it is done, its role does not exist, or anything else. */
export type Ending = 'done' | 'role missing' | 'other';

/** The code of a refusal for a role that does not exist, or that EKS does not see yet. */
export const roleNotFound = 'ROLE_NOT_FOUND';

/** Makes the queue of changes. All of it takes time linear in their number. */
export function makeQueue(changes: readonly Change[]): Queue {
  const before = predecessorsOf(changes);
  const after = new Map([...before].map(([next, one]) => [one, next]));
  const rest = changes.filter((one) => !before.has(one)).values();
  /** Changes that wait for the answer of the first one with their roles. */
  const waiting = new Map<string, Change[]>();
  const released: Change[] = [];
  /** Those that ask next for their roles, since the one before got no answer about them. */
  const asking: Change[] = [];
  const asked = new Set<string>();
  const refused = new Map<string, Change>();
  let waitingCount = 0;
  /** Changes that wait for others of their service account. */
  let laterCount = before.size;
  let wake: (() => void)[] = [];

  const wakeAll = (): void => {
    for (const resolve of wake) resolve();
    wake = [];
  };

  const goOn = (change: Change): void => {
    const held = waiting.get(rolesKeyOf(change)) ?? [];
    waiting.delete(rolesKeyOf(change));
    for (const one of held.reverse()) released.push(one);
    waitingCount -= held.length;
    wakeAll();
  };

  /** The next change of a service account is made if this one is done, else none of the later ones is. */
  const releaseNext = (change: Change, ending: Ending): void => {
    const next = after.get(change);
    if (ending === 'done' && next !== undefined) released.push(next);
    for (let one = next; one !== undefined; one = ending === 'done' ? undefined : after.get(one)) laterCount -= 1;
    wakeAll();
  };

  /** The answer says nothing about the role: another change asks, unless one got beyond that. */
  const askNext = (change: Change): void => {
    const key = rolesKeyOf(change);
    const held = waiting.get(key);
    if (held === undefined) return;
    const next = held.shift();
    if (next === undefined) {
      waiting.delete(key);
      asked.delete(key);
      return;
    }
    waitingCount -= 1;
    asking.push(next);
    wakeAll();
  };

  return {
    take: async () => {
      for (;;) {
        const next = asking.pop();
        if (next !== undefined) return { change: next, refused: null };
        const change = released.pop() ?? rest.next().value;
        if (change === undefined) {
          if (waitingCount + laterCount === 0) return null;
          await new Promise<void>((resolve) => wake.push(resolve));
          continue;
        }
        const key = rolesKeyOf(change);
        const held = waiting.get(key);
        if (held === undefined) {
          if (!asked.has(key)) waiting.set(key, []);
          asked.add(key);
          return { change, refused: refused.get(key) ?? null };
        }
        held.push(change);
        waitingCount += 1;
      }
    },
    goOn,
    ended: (change, ending) => {
      if (ending === 'role missing') refused.set(rolesKeyOf(change), change);
      if (ending === 'done') refused.delete(rolesKeyOf(change));
      if (ending === 'other') askNext(change);
      else goOn(change);
      releaseNext(change, ending);
    },
  };
}

/**
 * The roles that a change names, as a key. That one does not exist, a change that sets it learns
 * from EKS; any other only from a policy about its action.
 */
export function rolesKeyOf({ action, before, after }: Change): string {
  const { roleArn, targetRoleArn } = after ?? before ?? { roleArn: '', targetRoleArn: null };
  const isSet = after !== null && (before?.roleArn !== roleArn || before.targetRoleArn !== targetRoleArn);
  return JSON.stringify([isSet ? 'set' : action, roleArn, targetRoleArn]);
}

/** The roles that a change names, as messages name them. */
export function rolesOf({ before, after }: Change): string {
  const { roleArn, targetRoleArn } = after ?? before ?? { roleArn: '', targetRoleArn: null };
  return targetRoleArn === null ? roleArn : `${roleArn} or ${targetRoleArn}`;
}
