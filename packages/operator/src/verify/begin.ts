import { monotonicFactory } from 'ulid';
import { recordEntry, auditContextOf } from '../../../../src/ledger/audit-entry.ts';
import { lockPrefix } from '../../../../src/model/audit.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { Context } from '../cli/command.ts';
import { identifyOperator } from '../lock/operator.ts';
import { withLedger } from '../session.ts';

/**
 * Lets the next run of the checkpoints begin a log. The permission is an entry of the trail, which
 * the run looks for, so none is without a record; its key is one that operators may add.
 */
export function permitLog(reason: string, { settings, print }: Context<LedgerSettings>): Promise<number> {
  return withLedger(settings, async (ledger) => {
    const { principal } = await identifyOperator(settings);
    const deps = { ledger, clock: Date.now, ulid: monotonicFactory() };
    const operationId = `${lockPrefix}${deps.ulid(deps.clock())}`;
    const userAgent = 'pod-identity-gateway/trail-begin';
    const identity = { principal, actor: null, sourceAddress: null, userAgent, apiRequestId: operationId };
    const context = { ...auditContextOf({ recordPrincipal: () => principal }, 'BEGIN_LOG', identity), reason };
    const message = 'The signed log may begin within the hour.';
    await recordEntry(deps, context, { operationId, event: 'LOG_PERMITTED', message });
    print('The next run of the checkpoints begins the log, if it has none.');
    return 0;
  });
}
