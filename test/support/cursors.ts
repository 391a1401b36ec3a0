import { issuer } from '../../packages/local-gateway/src/principals.ts';
import type { RequestIdentity } from '../../src/model/principal.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { makeAuthorizeRead } from '../../src/queries/terms/authorize-read.ts';
import { makeCursors } from '../../src/queries/terms/cursors.ts';

type Used = Pick<Dependencies, 'authorize' | 'clock' | 'cursorKeyMemory' | 'decisionKey' | 'ledger'>;

/** What a query that answers in pages has of its principal. */
export function readerOf(deps: Used, identity: RequestIdentity) {
  const cursors = makeCursors(deps, identity.principal, deps.clock() + 10_000);
  return { identity, authorizeRead: makeAuthorizeRead(deps, identity), cursors };
}

/** A cursor of any position, sealed with the keys of a gateway for an example person. */
export function sealedFor(deps: Used, name: string, query: string, position: unknown): Promise<string> {
  const principal = { kind: 'USER', id: `${issuer}#${name}` } as const;
  return makeCursors(deps, principal, deps.clock() + 10_000).seal(query, position);
}
