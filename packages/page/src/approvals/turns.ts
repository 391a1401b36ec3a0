import { useEffect, useState } from 'preact/hooks';
import { useGateway } from '../api/gateway.ts';
import { usePolling, useQuery } from '../api/use-query.ts';
import { Turns } from '../generated/approvals.ts';
import type { TurnsQuery } from '../generated/approvals.ts';

/** How often it is asked whose turn it is: a page of approvals a minute at most. */
const everyMs = 120_000;
const enough = 20;

const changes = new EventTarget();

/** Asks again whose turn it is, after a vote or a request of the person. */
export function turnsChanged(): void {
  changes.dispatchEvent(new Event('change'));
}

/** How many approvals wait for the person, as it is shown: at most "20+"; empty for none. */
function countText({ approvals, own }: TurnsQuery, now: number): string {
  const votes = (approvals?.nodes ?? []).filter(({ viewerMayVote }) => viewerMayVote).length;
  const ready = (own?.nodes ?? []).filter(
    ({ state, expiresAt }) => state === 'APPROVED' && Date.parse(expiresAt) > now,
  );
  const count = votes + ready.length;
  if (count >= enough) return `${enough}+`;
  return count === 0 ? '' : `${count}${approvals?.pageInfo.hasNextPage ? '+' : ''}`;
}

/**
 * How many approvals wait for the person: to be voted on, or to be used for a change of their own.
 * Nothing is asked while the tab is in the background.
 */
export function useTurns(): string {
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
  return data === null ? '' : countText(data, Date.now());
}
