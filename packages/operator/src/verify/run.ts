import { readFileSync } from 'node:fs';
import type { CheckpointHead, StoredEntry } from '../../../../src/ledger/checkpoint-store.ts';
import { auditEntryId } from '../../../../src/model/audit.ts';
import { openLogStorage, verifierKeys } from '../../../../tools/ledger/open-log.ts';
import type { LogSettings } from '../../../../tools/ledger/log-settings.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { Context } from '../cli/command.ts';
import { makeProgress } from '../cli/progress.ts';
import { withLedger } from '../session.ts';
import { compareWithLog } from './compare.ts';
import type { Compared } from './compare.ts';
import { compareArchive, exportedEntries } from './entries.ts';
import type { FindingKind, Report } from './findings.ts';
import { lastInclusion, signedCheckpoint, sizeOfLog, verifiedLeaves } from './log-leaves.ts';
import type { EntryLeaf, ExpectedRoot, Log } from './log-leaves.ts';
import { inOrderOfIds } from './order.ts';
import { checkProof, proofOf } from './proof.ts';
import { examineVersions } from './versions.ts';

/** What to verify. Times are milliseconds since the epoch. */
export interface VerifyRequest {
  /**
   * Where the entries are: the ledger of the settings, the archive of the log, or a file of
   * `trail export`.
   */
  readonly source: 'ledger' | 'archive' | { readonly file: string };
  readonly since: number;
  readonly until: number;
  /** Files with checkpoints that were kept elsewhere. */
  readonly witnesses: readonly string[];
  readonly acceptLateBefore: number;
  readonly acceptOlderBefore: number;
  /** Ids of entries that may be stragglers, and of items that are not entries. */
  readonly accepted: readonly string[];
}

/** Where the log is, and where the ledger is; null where the request needs none. */
export interface VerifySettings {
  readonly log: LogSettings;
  readonly ledger: LedgerSettings | null;
}

/** The most findings that are printed. */
const mostFindings = 200;

/** Verifies the trail. Gives 1 if there is a finding. */
export async function verify(request: VerifyRequest, context: Context<VerifySettings>): Promise<number> {
  const { settings, print, warn, stderr } = context;
  const log = await openLog(settings.log);
  const counts = new Map<FindingKind, number>();
  const report: Report = (kind, text) => {
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (total < mostFindings) print(`${kind} ${text}`);
  };
  const versions = await examineVersions(log, report);
  if (versions === null) warn('Versions not examined: a folder has none. Only the bucket shows what was hidden.');
  const size = await sizeOfLog(log);
  if (size === 0) throw new Error(`There is no checkpoint in ${settings.log.bucket ?? settings.log.folder}.`);
  const witnessed = request.witnesses.flatMap((file) => witnessedRoots(file, log, report)).concat(versions ?? []);
  witnessed.sort((one, other) => one.size - other.size);
  const lastIncludedAt = await lastInclusion(log, size);
  const progress = makeProgress(stderr);
  const show = (count: number, reached: string) => progress.report(count, 'entries', `up to ${reached}`);
  const bundles = verifiedLeaves(log, size, witnessed, report);
  const compared = await compareSource(request, context, { log, bundles, lastIncludedAt }, report, show);
  progress.end();
  for (const [kind, count] of counts) warn(`${kind}: ${count}`);
  print(summaryOf(compared, size, lastIncludedAt));
  if (compared.younger > 0) warn(`${compared.younger} younger entries are not covered by a checkpoint yet.`);
  return [...counts.keys()].every((kind) => kind === 'ERASED') ? 0 : 1;
}

async function openLog(settings: LogSettings): Promise<Log> {
  const keys = await verifierKeys(settings);
  if (keys.length === 0) throw new Error('No key is known. Set CHECKPOINT_KEYS to the verifier keys of the log.');
  return { storage: openLogStorage(settings), keys };
}

/** The checkpoints of a file: one or more signed notes, one after the other. */
function witnessedRoots(file: string, { keys }: Log, report: Report): ExpectedRoot[] {
  const notes = readFileSync(file, 'utf8').match(/(?:[^\n]+\n){3,}\n(?:— [^\n]+\n)+/gu) ?? [];
  if (notes.length === 0) throw new Error(`${file} has no checkpoint.`);
  return notes.flatMap((note, at) => signedCheckpoint(note, keys, `checkpoint ${at + 1} of ${file}`, report) ?? []);
}

/** What is compared with. */
interface Reading {
  readonly log: Log;
  readonly bundles: ReturnType<typeof verifiedLeaves>;
  readonly lastIncludedAt: number;
}

async function compareSource(
  request: VerifyRequest,
  { settings }: Context<VerifySettings>,
  { log, bundles, lastIncludedAt }: Reading,
  report: Report,
  progress: (count: number, reached: string) => void,
): Promise<Compared> {
  const { source, since, until, accepted } = request;
  if (source === 'archive') {
    const covered = await compareArchive(log, bundles, report);
    return { covered, younger: 0, olderThanLog: 0 };
  }
  const compare = (entries: AsyncIterable<StoredEntry>, now: number | null) => {
    const isAccepted = (id: string) => accepted.includes(id);
    const stragglers: EntryLeaf[] = [];
    const leaves = inOrderOfIds(bundles, stragglers, isAccepted, report);
    const comparison = { ...request, lastIncludedAt, now, isAccepted };
    return compareWithLog({ leaves, stragglers }, entries, comparison, report, progress);
  };
  if (source !== 'ledger') return compare(exportedEntries(source.file), null);
  if (settings.ledger === null) throw new Error('unreachable');
  return withLedger(settings.ledger, async (ledger) => {
    checkHead(await ledger.getCheckpointHead(), await sizeOfLog(log), report);
    const compared = await compare(ledger.storedEntries(since, until - 1), Date.now());
    for await (const key of ledger.unindexedEntries()) {
      report('INSERTED', `Entry ${auditEntryId(key)} is hidden from the whole trail, and other reads find it.`);
    }
    return compared;
  });
}

/** The ledger and the log tell how far the other one must be. */
function checkHead(head: CheckpointHead | null, size: number, report: Report): void {
  const published = head?.publishedSize ?? 0;
  if (published > size)
    report('GAP', `The ledger has published ${published} leaves, the log has checkpoints of ${size}.`);
  if ((head?.size ?? 0) < size) {
    report(
      'OLDER_BACKUP',
      `The ledger knows ${head?.size ?? 0} leaves, the log has ${size}: an older backup was restored.`,
    );
  }
}

function summaryOf({ covered, olderThanLog }: Compared, size: number, lastIncludedAt: number): string {
  const older = olderThanLog === 0 ? '' : ` ${olderThanLog} of them are older than the log.`;
  const last = new Date(lastIncludedAt).toISOString();
  return `${covered} entries are as the checkpoint of ${size} leaves says, the last of ${last}.${older}`;
}

/** Prints the proof of an entry. */
export async function prove(id: string, { settings, stdout }: Context<VerifySettings>): Promise<number> {
  const log = { storage: openLogStorage(settings.log) };
  stdout.write(await proofOf(log, id));
  return 0;
}

/** Checks a proof, and prints its entry. */
export async function check(file: string, { settings, print }: Context<VerifySettings>): Promise<number> {
  const keys = await verifierKeys(settings.log);
  let proven: ReturnType<typeof checkProof>;
  try {
    proven = checkProof(readFileSync(file, 'utf8'), keys);
  } catch (error) {
    print(`${file} proves nothing. ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  const { id, includedAt, entry, index, size } = proven;
  print(entry);
  print(`Entry ${id} is leaf ${index} of the log of ${size} leaves, taken in at ${includedAt}.`);
  return 0;
}
