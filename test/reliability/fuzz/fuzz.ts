import { randomFrom } from '../processes/random.ts';
import { openFuzzedGateway } from './gateway.ts';
import type { Observed } from './gateway.ts';
import { fuzzedRequest } from './requests.ts';
import type { FuzzedRequest } from './requests.ts';

/** The most bytes that one request may cause. */
const most = { answer: 5_000_000, logLine: 8_192, entry: 16_384, entries: 300_000 };

/** Words of engines, libraries and AWS that no client should see. */
const internals =
  /node_modules|\.ts:\d|\bat \S+ \(|Maximum call stack|Cannot (?:destructure|read|convert|set)|is not (?:a function|iterable)|inspect the hidden field|User: arn:|SQLITE/;

/** A request that broke a rule. */
interface Broken {
  readonly index: number;
  readonly request: FuzzedRequest;
  readonly rules: readonly string[];
  readonly observed: Observed;
}

/** What a run of requests came to. */
export interface FuzzSummary {
  readonly count: number;
  /** By HTTP status, and by code of the first error or else by outcome in the log. */
  readonly statuses: ReadonlyMap<string, number>;
  readonly codes: ReadonlyMap<string, number>;
  readonly maxBytes: {
    readonly answer: number;
    readonly log: number;
    readonly entry: number;
    readonly entries: number;
  };
  readonly broken: readonly Broken[];
}

/** The most broken requests that are kept for the report. */
const maxBroken = 5;

/** Sends `count` requests; the same seed sends the same ones. Stops after the fifth that breaks a rule. */
export async function fuzz(seed: number, count: number, onProgress: (done: number) => void = () => undefined) {
  const random = randomFrom(seed);
  const gateway = await openFuzzedGateway();
  const [statuses, codes] = [new Map<string, number>(), new Map<string, number>()];
  const maxBytes = { answer: 0, log: 0, entry: 0, entries: 0 };
  const broken: Broken[] = [];
  let index = 0;
  let repeated: FuzzedRequest | null = null;
  try {
    for (; index < count && broken.length < maxBroken; index += 1) {
      const request: FuzzedRequest = repeated ?? fuzzedRequest(random);
      const observed = await gateway.send(request);
      const rules = brokenRules(observed);
      if (rules.length > 0) broken.push({ index, request, rules, observed });
      increment(statuses, String(observed.status));
      increment(codes, outcomeOf(observed));
      // Sent once more, as a client does that lost the answer.
      repeated = repeated === null && outcomeOf(observed) === 'SUCCEEDED' ? request : null;
      for (const [name, bytes] of Object.entries(bytesOf(observed))) {
        maxBytes[name as keyof typeof maxBytes] = Math.max(maxBytes[name as keyof typeof maxBytes], bytes);
      }
      onProgress(index + 1);
    }
  } finally {
    await gateway.close();
  }
  return { count: index, statuses, codes, maxBytes, broken } satisfies FuzzSummary;
}

function bytesOf({ body, logLines, entryBytes }: Observed) {
  return {
    answer: Buffer.byteLength(body),
    log: Math.max(0, ...logLines.map((line) => Buffer.byteLength(line))),
    entry: Math.max(0, ...entryBytes),
    entries: entryBytes.reduce((sum, bytes) => sum + bytes, 0),
  };
}

/** The rules that an answer breaks; empty if it keeps all of them. */
export function brokenRules(observed: Observed): string[] {
  const { status, body, logLines } = observed;
  const bytes = bytesOf(observed);
  const rules: Record<string, boolean> = {
    'no status 5xx': status >= 200 && status < 500,
    'no INTERNAL_SERVER_ERROR': !body.includes('INTERNAL_SERVER_ERROR'),
    'no error in the log': !logLines.some((line) => line.includes('"level":"error"')),
    'one line in the log for the request':
      logLines.filter((line) => /Request answered|Event refused/.test(line)).length === 1,
    'no internals in the answer': !internals.test(body),
    'at most 10 errors, each with a code and a retry rule':
      errorsOf(body).every(isComplete) && errorsOf(body).length <= 10,
    'an answer of at most 5 MB': bytes.answer <= most.answer,
    'lines of at most 8 KB in the log': bytes.log <= most.logLine,
    'entries of at most 16 KB': bytes.entry <= most.entry,
    'entries of at most 300 KB together': bytes.entries <= most.entries,
  };
  return Object.keys(rules).filter((rule) => !rules[rule]);
}

interface AnsweredError {
  readonly extensions?: {
    readonly code?: unknown;
    readonly requestId?: unknown;
    readonly retryable?: unknown;
    readonly retryAfterSeconds?: unknown;
  };
}

function errorsOf(body: string): readonly AnsweredError[] {
  return (JSON.parse(body) as { errors?: AnsweredError[] }).errors ?? [];
}

function isComplete({ extensions: { code, requestId, retryable, retryAfterSeconds } = {} }: AnsweredError): boolean {
  const isTimed = retryable === (typeof retryAfterSeconds === 'number');
  return typeof code === 'string' && typeof requestId === 'string' && isTimed;
}

/** Code of the first error; without errors, outcome and code in the log. */
function outcomeOf({ body, logLines }: Observed): string {
  const [error] = errorsOf(body);
  if (error) return String(error.extensions?.code);
  const { outcome, code } = JSON.parse(logLines.at(-1) ?? '{}') as { outcome?: string; code?: string | null };
  return [outcome, code].filter(Boolean).join(' ');
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
