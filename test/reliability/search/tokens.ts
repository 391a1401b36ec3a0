import type { IdempotencyRecord, Expectation } from '../../../src/ledger/ledger.ts';

/** Names the tokens of a scenario: after its record has expired, a token is another one. */
export function makeTokenNames() {
  /** By what identifies the token: how often it began, and its last record. */
  const tokens = new Map<string, { begun: number; record: IdempotencyRecord }>();
  const identities = new Map<string, string>();
  const byOperation = new Map<string, string>();
  const name = (token: string, begun: number) => (begun > 1 ? `${token}, use ${begun}` : token);
  return {
    /** The ledger wrote a record. `identity` is null for the reconciler, which never begins with a token. */
    wrote(identity: string | null, token: string, expected: Expectation, record: IdempotencyRecord): void {
      const { idempotencyKey, operationId } = record;
      // A desired state has as many tokens as changes.
      const known = record.isDerived ? idempotencyKey : identities.get(idempotencyKey);
      const key = known ?? identity ?? idempotencyKey;
      identities.set(idempotencyKey, key);
      const begun = (tokens.get(key)?.begun ?? 0) + (expected.kind === 'free' ? 1 : 0);
      tokens.set(key, { begun, record });
      if (!byOperation.has(operationId))
        byOperation.set(operationId, name(record.isDerived ? `${token} ${idempotencyKey}` : token, begun));
    },
    /** The name of a token for an operation or, where none has begun, at a time of the gateway's clock. */
    nameOf(operationId: string | null, identity: string, token: string, at: number): string {
      const ofOperation = byOperation.get(operationId ?? '');
      if (ofOperation !== undefined) return ofOperation;
      const last = tokens.get(identity);
      const isOver = (last?.record.retainUntil ?? Infinity) <= at;
      return name(token, (last?.begun ?? 1) + (isOver ? 1 : 0));
    },
  };
}
