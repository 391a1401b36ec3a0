import { monotonicFactory } from 'ulid';
import { auditContextOf, recordEntry } from '../../../../src/ledger/audit-entry.ts';
import { erasurePrefix, parseAuditEntryId } from '../../../../src/model/audit.ts';
import type { Ledger } from '../../../../src/ledger/ledger.ts';
import type { RecordedPrincipal } from '../../../../src/model/principal.ts';
import type { Erasure } from '../../../../src/ledger/stored/erasure.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { Context } from '../cli/command.ts';
import { makeProgress } from '../cli/progress.ts';
import { identifyOperator } from '../lock/operator.ts';
import { withLedger } from '../session.ts';
import { selected } from './select.ts';
import type { Range, Selected, Selection, Verdict } from './select.ts';

/** What to erase. */
export interface EraseRequest {
  readonly selection: Selection;
  readonly range: Range;
  /** Names the reason in another system, without saying it. */
  readonly reference: string;
  /** Whether to erase, and not only to say what would be erased. */
  readonly isConfirmed: boolean;
  readonly isJson: boolean;
}

/** The most entries that one entry of the trail names, so that it stays small. */
const mostNamed = 100;

/**
 * Says which personal data are erased, and erases them if that is confirmed. Gives the exit code.
 */
export function run(request: EraseRequest, context: Context<LedgerSettings>): Promise<number> {
  const { settings, print, stderr } = context;
  return withLedger(settings, async (ledger) => {
    const progress = makeProgress(stderr);
    const show = (count: number, reached: string) => progress.report(count, 'entries', `back to ${reached}`);
    const found: Selected[] = [];
    for await (const one of selected(ledger, request.selection, request.range, show)) {
      found.push(one);
      if (!request.isJson) print(`${one.id} ${one.time} ${one.event}: ${words[one.verdict]}`);
    }
    progress.end();
    const ids = found.filter(({ verdict }) => verdict === 'erase').map(({ id }) => id);
    const erasures: string[] = [];
    if (request.isConfirmed && ids.length > 0) {
      const { principal } = await identifyOperator(settings);
      for (let start = 0; start < ids.length; start += mostNamed) {
        const some = ids.slice(start, start + mostNamed);
        erasures.push(await eraseEntries(ledger, principal, some, request.reference));
        progress.report(start + some.length, 'entries erased');
      }
      progress.end();
    }
    print(request.isJson ? jsonOf(request, found, erasures) : summaryOf(request, ids.length, found.length, erasures));
    return 0;
  });
}

/**
 * Records an erasure, then erases: what is gone is recorded, and what a killed command left is
 * erased by the next one. Gives the operation id. Throws `LedgerUnavailable`.
 */
export async function eraseEntries(
  ledger: Ledger & Erasure,
  principal: RecordedPrincipal,
  ids: readonly string[],
  reference: string,
): Promise<string> {
  const deps = { ledger, clock: Date.now, ulid: monotonicFactory() };
  const operationId = `${erasurePrefix}${deps.ulid(deps.clock())}`;
  const userAgent = 'pod-identity-gateway/erase';
  const identity = { principal, actor: null, sourceAddress: null, userAgent, apiRequestId: operationId };
  const context = auditContextOf({ recordPrincipal: () => principal }, 'ERASE_PERSONAL_DATA', identity);
  const message = `The personal data of ${ids.length} entries are erased: ${reference}.`;
  await recordEntry(deps, context, { operationId, event: 'PERSONAL_DATA_ERASED', message, erasedEntries: ids });
  for (const id of ids) {
    const key = parseAuditEntryId(id);
    if (key) await ledger.erasePersonalData(key);
  }
  return operationId;
}

const words: Readonly<Record<Verdict, string>> = {
  erase: 'to be erased',
  'erased-before': 'was erased before',
  'in-text': 'an earlier version of the gateway wrote it; its text has the personal data, and never changes',
  open: 'kept, because its operation is open',
  expiry: 'kept, because its operation set the expiry of the association',
};

function summaryOf(
  { isConfirmed, reference }: EraseRequest,
  toErase: number,
  count: number,
  erasures: readonly string[],
): string {
  const others = count - toErase === 0 ? '' : ` ${count - toErase} others are as they were.`;
  if (!isConfirmed) return `${toErase} entries would be erased.${others} To erase them, add --confirm.`;
  if (erasures.length === 0) return `There is nothing to erase.${others}`;
  return `${toErase} entries were erased, ${reference}, as ${erasures.join(', ')} records.${others}`;
}

function jsonOf({ isConfirmed, reference }: EraseRequest, entries: readonly Selected[], erasures: readonly string[]) {
  return JSON.stringify({ reference, confirmed: isConfirmed, erasures, entries }, null, 2);
}
