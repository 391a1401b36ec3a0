import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { associationFact, changeOf } from '../eks-facts.ts';
import type { LoggedAssociation, LoggedRequest } from '../eks-facts.ts';
import type { ApprovalFacts, CallerAnswer, Facts, VoteAnswer } from '../facts.ts';
import type { StoredLedger } from './stored-ledger.ts';

/**
 * The facts of a run. They are read from the ledger file, the simulator's control API and the recorded answers, without
 * any of the gateway's code.
 */
export interface Observed extends Facts {
  readonly entries: StoredLedger['entries'];
  readonly approvals: ApprovalFacts;
  /** Number of requests that EKS rejected because their signature was too old. */
  readonly refusedAsLate: number;
}

/** Calls the simulator's control API under `/_simulator/`. Throws for an error response. */
export type Control = (request: string) => Promise<unknown>;

/** Collects the simulator's log, which holds the last 10,000 requests. Read it before as many new ones arrive. */
export interface RequestLog {
  /** Adds the new requests. Throws if requests were lost in between. */
  readonly read: () => Promise<void>;
  readonly all: () => readonly LoggedRequest[];
}

/** Opens an empty log. */
export function openRequestLog(control: Control): RequestLog {
  const requests = new Map<string, LoggedRequest>();
  const read = async () => {
    const { requests: last } = (await control('GET requests')) as { requests: LoggedRequest[] };
    const [oldest] = last;
    const isWhole = last.length < 10_000 || requests.has(oldest?.requestId ?? '');
    if (!isWhole) throw new Error('Requests were lost from the log of the EKS simulator: read it more often.');
    // A request that was read before may have its outcome by now.
    for (const request of last) requests.set(request.requestId, request);
  };
  return { read, all: () => [...requests.values()] };
}

/** Reads the log in intervals until `signal` aborts. Throws as reading does. */
export async function readEvery(ms: number, log: RequestLog, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await log.read();
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }
}

/** Collects all facts. Call it when no process writes any more. */
export async function observe(
  control: Control,
  log: RequestLog,
  files: AnswerFiles,
  readStored: () => StoredLedger | Promise<StoredLedger>,
): Promise<Observed> {
  await log.read();
  const { associations } = (await control('GET associations')) as { associations: LoggedAssociation[] };
  const { approvals, ...ledger } = await readStored();
  return {
    changes: log.all().flatMap((request) => changeOf(request) ?? []),
    refusedAsLate: log.all().filter(({ outcome }) => outcome === 'InvalidSignatureException').length,
    associations: associations.map(associationFact),
    answers: linesOf(files.answersFile) as CallerAnswer[],
    // The load only uses the gateways.
    outside: [],
    locks: [],
    reconciled: true,
    approvals: { ...approvals, votes: linesOf(files.votesFile) as VoteAnswer[] },
    ...ledger,
  };
}

function linesOf(file: string): unknown[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as unknown);
}

/** Files written by the load. */
export interface AnswerFiles {
  readonly answersFile: string;
  readonly votesFile: string;
}
