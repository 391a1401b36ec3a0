// Quick test: test/operations/withdraw.test.ts.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import { EksReadFailed } from '../../src/eks/eks.ts';
import { LedgerUnavailable, noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Approval } from '../../src/model/approval.ts';
import { publicApprovalId } from '../../src/model/approval.ts';
import { expireApprovals } from '../../src/operations/approvals/expiry.ts';
import { withdrawApproval } from '../../src/operations/approvals/withdraw-approval.ts';
import { operations } from '../../src/operations/kinds/operations.ts';
import { mutate } from '../../src/operations/mutate.ts';
import type { MutationResult } from '../../src/operations/terms/result.ts';
import { defaultApprovalLimits } from '../../src/operations/terms/dependencies.ts';
import { issuer } from '../../packages/local-gateway/src/principals.ts';
import { askingFor, security, voteOn } from '../support/approvals.ts';
import type { Asked } from '../support/approvals.ts';
import { inDoubtMs } from '../support/changes.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { openSqlite } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';
import { isLarge } from '../support/sizes.ts';

// One move stops before one of its calls to the ledger, others are made meanwhile, and it goes on: for every move, every such call and all orders of the
// others. Whatever the order, the request has one effect at most, and state, entries and answers of its approval agree.

/** Where a move stops: before this call to the ledger, counted from 0. */
interface Stop {
  readonly at: number;
  readonly meanwhile: () => Promise<void>;
  calls: number;
}
const stops = new AsyncLocalStorage<Stop | null>();

/** The number of the call that a move makes now. */
const nextOf = (stop: Stop | null | undefined) => (stop ? stop.calls++ : -1);

/** A store whose calls stop where the move that makes them does. */
function stopping<Store extends object>(store: Store): Store {
  const calls = Object.entries(store).map(([name, call]: [string, (...args: unknown[]) => unknown]) => [
    name,
    async (...args: unknown[]) => {
      const stop = stops.getStore();
      if (stop?.at === nextOf(stop)) await stops.run(null, stop.meanwhile);
      return call(...args);
    },
  ]);
  return Object.fromEntries(calls) as Store;
}

let gateway: Gateway;
let ledger: Ledger & ApprovalStore;
let close: () => Promise<void>;
const asked: Asked = { needs: [security] };
/** The moves of one order are about this service account. */
let serviceAccount = '';
let count = 0;

beforeAll(async () => {
  const opened = await openSqlite();
  ({ close } = opened);
  ledger = stopping(opened.ledger);
  gateway = await openGateway({
    ledger,
    approvalLimits: { maxPending: 100_000 },
    change: askingFor(asked),
  });
});

afterAll(async () => {
  await gateway.close();
  await close();
});

const alice = { kind: 'PRINCIPAL', principalId: `${issuer}#alice` } as const;
const identity = {
  principal: { id: alice.principalId, kind: 'USER', groups: ['payments-team'], sessionName: null } as const,
  actor: null,
  ...{ sourceAddress: null, userAgent: null, apiRequestId: 'order' },
};
/** Later than any order skips, so that a move that stopped goes on. */
const deadline = () => gateway.clock.now() + 20 * 86_400_000;

/** Sends the request with a token. */
function sendWith(token: string): Promise<MutationResult> {
  const given = { ...input, serviceAccount, clientRequestToken: `${serviceAccount}-${token}` };
  return mutate(gateway.deps, operations.CREATE_POD_IDENTITY_ASSOCIATION, {
    identity,
    input: given,
    deadline: deadline(),
  });
}

/** The answer to a send: the code of the refusal, or the status. */
async function send(token: string): Promise<string> {
  const { refusal, status } = await sendWith(token);
  return refusal?.code ?? status;
}

/** Withdraws an approval: the code of the refusal, or the state. */
async function withdraw(approval: Approval): Promise<string> {
  const call = { input: { approvalId: publicApprovalId(approval) }, identity, deadline: deadline() };
  const { refusal, approval: after } = await withdrawApproval({ ...gateway.deps, approvals: ledger }, call);
  return refusal?.code ?? after?.state ?? '';
}

const vote = (approval: Approval, kind: 'APPROVE' | 'REJECT') =>
  voteOn(gateway, ledger, approval, { by: 'sam', vote: kind, deadline: deadline() });

/** A move, by the approval that was asked for first. */
type Move = (approval: Approval) => Promise<unknown>;
const moves = {
  'the send': () => send('a'),
  'a send with another token': () => send('b'),
  'the withdrawal': withdraw,
  'an approval': (approval) => vote(approval, 'APPROVE'),
  'a rejection': (approval) => vote(approval, 'REJECT'),
  'the expiry': () => {
    gateway.clock.skip(defaultApprovalLimits.decideMs + defaultApprovalLimits.useMs);
    return expireApprovals({ ...gateway.deps, approvals: ledger }, 'run', deadline());
  },
} satisfies Record<string, Move>;
const circumstances = {
  'a lock': () => lockOperations(ledger).lock(alice),
  'a rule that changed': () => Promise.resolve((asked.needs = [{ ...security, policyHash: 'd'.repeat(64) }])),
  'a rule that is gone': () => Promise.resolve((asked.needs = [])),
} satisfies Record<string, Move>;
const all: Readonly<Record<string, Move>> = { ...moves, ...circumstances };

function moveOf(name: string): Move {
  const move = all[name];
  if (!move) throw new Error(`There is no move ${name}.`);
  return move;
}

/** What an order left. */
interface Made {
  readonly answer: unknown;
  readonly hasStopped: boolean;
  readonly approval: Approval;
}

/** Asks for an approval, makes a move that stops at a call, and others meanwhile. */
async function order(first: Move, at: number, others: readonly Move[], isGiven: boolean): Promise<Made> {
  asked.needs = [security];
  serviceAccount = `order-${++count}`;
  const { refusal } = await sendWith('a');
  const approval = refusal?.kind === 'ApprovalRequired' ? refusal.approval : null;
  if (!approval) throw new Error(`Not held: ${JSON.stringify(refusal)}`);
  if (isGiven) await voteOn(gateway, ledger, approval, { deadline: deadline() });
  const meanwhile = async () => {
    for (const move of others) await tolerant(() => move(approval));
  };
  const stop = { at, meanwhile, calls: 0 };
  const answer = await stops.run(stop, () => tolerant(() => first(approval)));
  return { answer, hasStopped: stop.calls > at, approval };
}

/** A move of which no answer is known: its time was over, or the approval was written again and again. */
async function tolerant(move: () => Promise<unknown>): Promise<unknown> {
  try {
    return await move();
  } catch (error) {
    if (error instanceof LedgerUnavailable || error instanceof EksReadFailed) return error.name;
    throw error;
  }
}

const ends: Readonly<Record<string, string>> = {
  REJECTED: 'REJECTED',
  APPROVAL_EXPIRED: 'EXPIRED',
  APPROVAL_WITHDRAWN: 'WITHDRAWN',
  APPROVAL_USED: 'USED',
};

/** What must not be after an order. */
async function violations({ answer, approval }: Made, before: number): Promise<string[]> {
  const entries = await ledger.operationEntries(approval.id);
  const own = (await ledger.getApproval(approval.key)) ?? approval;
  const found: string[] = [];
  const isReplaced = own.id !== approval.id;
  const ended = entries.flatMap(({ event }) => ends[event] ?? []);
  if (ended.length > 1) found.push(`ended by ${ended.join(' and ')}`);
  if (!isReplaced && (ended[0] ?? 'open') !== (ends[`APPROVAL_${own.state}`] ?? ends[own.state] ?? 'open'))
    found.push(`is ${own.state}, but its entries end with ${ended[0]}`);
  const fences = entries.map(({ fence }) => fence);
  if (fences.some((fence, index) => fence !== index + 1)) found.push(`has entries ${fences.join(', ')}`);
  if (!isReplaced && fences.length !== own.revision)
    found.push(`has ${fences.length} entries of ${own.revision} writes`);
  const wasWithdrawn = ended[0] === 'WITHDRAWN';
  if (answer === 'WITHDRAWN' && !wasWithdrawn) found.push('was answered as withdrawn');
  // Whatever was the case, it goes on: without a lock, whether or not policy asks for approvals.
  await lockOperations(ledger).lift(alice);
  gateway.clock.skip(inDoubtMs);
  const sent = gateway.sent();
  for (const needs of [[], [security]]) {
    asked.needs = needs;
    const later = await tolerant(() => send('a'));
    if (wasWithdrawn && ended.length === 1 && !['APPROVAL_WITHDRAWN', 'SUCCEEDED'].includes(String(later)))
      found.push(`was withdrawn, and its token is answered ${String(later)}`);
  }
  if (wasWithdrawn && gateway.sent() > sent) found.push('was withdrawn, and its token had an effect later');
  const intents = await intentsOf();
  if (wasWithdrawn && intents.some(({ decision }) => decision?.approval?.approvalId === publicApprovalId(approval)))
    found.push('was withdrawn and used');
  if (sent - before > 1) found.push(`had ${sent - before} effects`);
  return found;
}

async function intentsOf() {
  const { accountId, region } = gateway.deps.home;
  const partition = {
    kind: 'serviceAccount',
    ...{ accountId, region, clusterName: input.clusterName, namespace: input.namespace, serviceAccount },
  } as const;
  const { entries } = await ledger.readTrail({ ...noFilters, partition, limit: 50, before: null });
  return entries.filter(({ event }) => event === 'INTENT');
}

/** Makes the orders of a move and others for every call at which it can stop: what must not be, by order. */
async function violationsOf(first: string, others: readonly string[], isGiven: boolean): Promise<string[]> {
  const found: string[] = [];
  for (let at = 0, hasStopped = true; hasStopped; at += 1) {
    const before = gateway.sent();
    const made = await order(moveOf(first), at, others.map(moveOf), isGiven);
    ({ hasStopped } = made);
    const where = `${first}, before its call ${at}, with ${others.join(' and ')}:`;
    found.push(...(await violations(made, before)).map((what) => `${where} the approval ${what}`));
  }
  return found;
}

const states = [
  ['pending', false],
  ['given', true],
] as const;

describe.each(states)('a request whose approval is %s', (_, isGiven) => {
  test.each(Object.keys(moves))('has one effect and one end, whatever happens during %s', async (first) => {
    const found: string[] = [];
    for (const other of Object.keys(all)) found.push(...(await violationsOf(first, [other], isGiven)));
    expect(found).toEqual([]);
  });
});

const rare = isLarge ? ['a rule that changed'] : [];
const others = ['the send', 'a send with another token', 'the withdrawal', 'the expiry', ...rare];

test.each(['the send', 'the withdrawal'])(
  'a request whose approval is given has one effect and one end, whatever two things happen during %s',
  async (first) => {
    const found: string[] = [];
    const pairs = others.flatMap((one) => others.filter((two) => one !== two).map((two) => [one, two]));
    for (const pair of pairs.filter((two) => !two.includes(first)))
      found.push(...(await violationsOf(first, pair, true)));
    expect(found).toEqual([]);
  },
);
