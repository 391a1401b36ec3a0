import { isSelected } from '../../src/events/event.ts';
import { auditEntryId } from '../../src/model/audit.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import { auditEntry } from './ledger-samples.ts';

/** The events of operations in the order in which they are written, with the fences of their lease holders. */
const courses: readonly (readonly (readonly [AuditEvent, number | null])[])[] = [
  [
    ['INTENT', 1],
    ['SUCCEEDED', 1],
    ['REPLAYED', null],
  ],
  [
    ['INTENT', 1],
    ['UNKNOWN', 1],
    ['CONTENDED', null],
    ['TAKEN_OVER', 2],
    ['UNKNOWN', 2],
    ['TAKEN_OVER', 3],
    ['SUCCEEDED', 3],
  ],
  [
    ['INTENT', 1],
    ['UNKNOWN', 1],
    ['TAKEN_OVER', 2],
    ['REFUSED', 2],
    ['LATE_SUCCESS', 1],
  ],
  [['DENIED', null]],
  [['INVALID', null]],
];

/** The entries of operations until `count` of them become events. Operations run beside each other, as those of a gateway. */
export function entriesOfOperations(count: number): AuditEntry[] {
  const lanes = Array.from({ length: 7 }, (_, lane) => ({ course: lane, left: [] as AuditEntry[] }));
  const entries: AuditEntry[] = [];
  let events = 0;
  for (let turn = 0; events < count; turn += 1) {
    const lane = lanes[turn % lanes.length];
    if (lane === undefined) continue;
    if (lane.left.length === 0) {
      lane.course += 1;
      const { operationId } = auditEntry();
      const course = courses[lane.course % courses.length] ?? [];
      lane.left = course.map(([event, fence]) => auditEntry({ operationId, event, fence }));
    }
    const entry = lane.left.shift();
    if (entry === undefined) continue;
    entries.push(entry);
    if (isSelected(entry, 1)) events += 1;
  }
  return entries;
}

/** The ids of the events of entries, sorted. */
export function eventIdsOf(entries: readonly AuditEntry[]): string[] {
  return entries
    .filter((entry) => isSelected(entry, 1))
    .map(auditEntryId)
    .sort();
}
