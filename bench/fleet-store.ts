import { openSqliteFile } from '../packages/sqlite-ledger/src/file.ts';
import { sqliteItems } from '../packages/sqlite-ledger/src/items.ts';
import type { AssociationReads } from '../src/ledger/association-history.ts';
import type { ObservationStore } from '../src/ledger/cluster-scan.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { storedAssociationReads } from '../src/ledger/stored/association-reads.ts';
import { storedLedger } from '../src/ledger/stored/ledger.ts';
import { storedObservations } from '../src/ledger/stored/observations.ts';
import { eachKind } from './capacity.ts';
import type { Consumption } from './capacity.ts';
import { meteredItems } from './metered-items.ts';
import type { MeteredCall, Stopped } from './metered-items.ts';

/** A ledger with what scans store. */
export type FleetStore = Ledger & ObservationStore & AssociationReads;

/** What calls consumed so far. */
export interface Spent extends Consumption {
  /** The time that it took to find out. */
  readonly meter: Stopped;
}

/** The sum of what was spent. */
export function added(one: Spent, { meter, ...consumed }: MeteredCall): Spent {
  return {
    ...eachKind((kind) => one[kind] + (consumed[kind] ?? 0)),
    meter: { ms: one.meter.ms + meter.ms, cpuMs: one.meter.cpuMs + meter.cpuMs },
  };
}

/** Nothing. */
export const nothingSpent: Spent = { ...eachKind(() => 0), meter: { ms: 0, cpuMs: 0 } };

/** Opens a ledger in a SQLite file, which counts the units that DynamoDB would charge. */
export function openMeteredStore(file: string): { readonly store: FleetStore; readonly spent: () => Spent } {
  const database = openSqliteFile(file, 2_000);
  let sum = nothingSpent;
  const items = meteredItems(sqliteItems(database), (call) => (sum = added(sum, call)));
  const store = { ...storedLedger(items), ...storedObservations(items), ...storedAssociationReads(items) };
  return { store: { ...store, close: () => database.close() }, spent: () => sum };
}
