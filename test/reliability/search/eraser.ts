import { selected } from '../../../packages/operator/src/erase/select.ts';
import type { Reads } from '../../../packages/operator/src/erase/select.ts';
import { auditEntryId, parseAuditEntryId } from '../../../src/model/audit.ts';
import { serviceAccount } from './environment.ts';
import type { Environment } from './environment.ts';
import { home } from './home.ts';
import { gatedLedger } from './ports.ts';
import type { Process } from './processes.ts';
import { faultless } from './scenario.ts';
import type { Faults } from './scenario.ts';

/** How many of the latest entries an erasure examines: each costs several turns. */
const maxEntries = 4;

/** Returns what erases personal data of the latest entries, as a process: as the command examines them, and then erases those that it may. */
export function makeEraser(environment: Environment, start: (name: string, faults: Faults) => Process) {
  const { ledger, model, erasures, recorder, processes, clusterName, log } = environment;
  const target = { ...home, clusterName, ...serviceAccount };

  /** What the command reads: each call takes a turn. */
  function readsOf(process: Process): Reads {
    const { getEntry, operationEntries, readTrail } = gatedLedger(environment, process);
    return {
      ...{ getEntry, operationEntries, readTrail },
      getAssociationState: (of) => processes.port(process, () => ledger.getAssociationState(of)),
    };
  }

  async function erase(process: Process, id: string): Promise<void> {
    const key = parseAuditEntryId(id);
    if (!key) throw new Error(`${id} is not an id.`);
    await processes.port(process, async () => {
      const [state, entry] = [await ledger.getAssociationState(target), await ledger.getEntry(key)];
      if (!entry || !(await ledger.erasePersonalData(key))) return;
      erasures.erased(process.attempt.name, entry, state);
      recorder.erased(key.entryId);
      log(() => `  ${process.attempt.name} erases the personal data of ${id}`);
    });
  }

  return async (): Promise<void> => {
    const isRunning = processes.all.some(
      ({ state, attempt }) => attempt.name.startsWith('erasure ') && ['running', 'frozen'].includes(state),
    );
    if (isRunning) return;
    const process = start(`erasure ${processes.all.length + 1}`, faultless);
    log(() => `${process.attempt.name} starts`);
    const ids = model.written().slice(-maxEntries).map(auditEntryId);
    const range = { since: null, until: null };
    const found: string[] = [];
    for await (const one of selected(readsOf(process), { kind: 'entries', ids }, range, () => undefined))
      if (one.verdict === 'erase') found.push(one.id);
    for (const id of found) await erase(process, id);
    process.state = 'finished';
  };
}
