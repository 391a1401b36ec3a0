import type { LocksQuery } from '../generated/operations.ts';
import { hrefOf } from '../route.ts';
import { Copy } from '../ui/arn.tsx';
import { Facts } from '../ui/facts.tsx';
import { Empty } from '../ui/problem.tsx';
import { State } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { liftCommand, lockTitle } from './lock-words.ts';

/** The locks in force: what each stops, who set it and why, and how to lift it. */
export function Locks({ locks }: { readonly locks: NonNullable<LocksQuery['locks']> }) {
  if (locks.length === 0) {
    return (
      <Empty>
        None: changes are made. Operators stop them with <code>pod-identity-operator lock</code>. <History />
      </Empty>
    );
  }
  return (
    <>
      <p class="muted">
        While a lock is set, no change that it stops is sent to EKS. <History />
      </p>
      <ul class="cards" aria-label="Locks">
        {locks.map((lock) => (
          <li key={lockTitle(lock)}>
            <article aria-label={lockTitle(lock)}>
              <h3>
                <State name="locked">{lockTitle(lock)}</State>
              </h3>
              <Facts
                facts={{
                  Reason: lock.reason ?? <span class="muted">none given</span>,
                  'Set by': lock.lockedBy,
                  Since: <Time at={lock.lockedAt} />,
                  'To lift it': (
                    <>
                      <code>{liftCommand(lock)}</code>
                      <Copy text={liftCommand(lock)} what="the command" />
                    </>
                  ),
                }}
              />
            </article>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Where the trail has who set and lifted locks. */
function History() {
  return <a href={hrefOf('trail', { scope: 'gateway', events: 'LOCKED,UNLOCKED' })}>Locks in the trail</a>;
}
