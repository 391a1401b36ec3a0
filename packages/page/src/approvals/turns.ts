import { createContext } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useGateway } from '../api/gateway.ts';
import { usePolling, useQuery } from '../api/use-query.ts';
import { Turns } from '../generated/approvals.ts';
import type { TurnsQuery } from '../generated/approvals.ts';

/** How often it is asked whose turn it is: a page of approvals a minute at most. */
const everyMs = 120_000;
const enough = 20;

const changes = new EventTarget();

/** Whose turn it is, as the navigation has read it; null while it is not known. */
export const TurnsContext = createContext<TurnsQuery | null>(null);

/** An approval of a request of the person that is pending or given. */
export type OwnApproval = NonNullable<TurnsQuery['own']>['nodes'][number];

/** What is approved, and for the person to make. `now`: milliseconds since the epoch. */
export function readyOf({ own }: TurnsQuery, now: number): readonly OwnApproval[] {
  return (own?.nodes ?? []).filter(({ state, expiresAt }) => state === 'APPROVED' && Date.parse(expiresAt) > now);
}

/** Asks again whose turn it is, after a vote or a request of the person. */
export function turnsChanged(): void {
  changes.dispatchEvent(new Event('change'));
}

/**
 * How many approvals wait for the person, to be voted on or to be used for a change of their own,
 * as it is shown: at most "20+"; empty for none.
 */
export function countText(turns: TurnsQuery, now: number): string {
  const { approvals } = turns;
  const votes = (approvals?.nodes ?? []).filter(({ viewerMayVote }) => viewerMayVote).length;
  const count = votes + readyOf(turns, now).length;
  if (count >= enough) return `${enough}+`;
  return count === 0 ? '' : `${count}${approvals?.pageInfo.hasNextPage ? '+' : ''}`;
}

/**
 * Reads whose turn it is, also later; null until it is known. Nothing is asked while the tab is in
 * the background.
 */
export function useTurns(): TurnsQuery | null {
  const { signedOut } = useGateway();
  const [isVisible, setVisible] = useState(!document.hidden);
  const loaded = useQuery(Turns, signedOut.aborted ? null : {});
  const { data, reload } = loaded;
  useEffect(() => {
    const onVisibility = () => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', onVisibility);
    changes.addEventListener('change', reload);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      changes.removeEventListener('change', reload);
    };
  }, [reload]);
  usePolling(loaded, isVisible ? everyMs : null);
  return data;
}
