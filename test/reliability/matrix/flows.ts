import { defaultTimes, inDoubtUntil } from '../../../src/idempotency/times.ts';
import { maxScanMs } from '../../../src/observations/sights.ts';
import { defaultExpireSettings } from '../../../src/operations/expiry/run.ts';
import type { ChangeKind, MutationKind } from '../facts.ts';
import { crashAfter, crashBefore } from './faults.ts';
import type { Fault } from './faults.ts';

/** How a request differs from a valid first request. */
export interface RequestVariant {
  /** Reuses the token with different input. */
  readonly other?: true;
  /** Fails validation. */
  readonly invalid?: true;
}

/** A request flow, and what happened before it. */
export interface Flow extends RequestVariant {
  readonly name: string;
  /** Fault at the change request of an earlier request with the same token; null: none. Absent: no earlier request. */
  readonly earlier?: Fault | null;
  /** Milliseconds since the earlier request. */
  readonly passed?: number;
  /** The kinds of mutation that it is for; absent: all, but an adoption only if no earlier request meets a fault. */
  readonly kinds?: readonly MutationKind[];
  /** All requests with the token expect the `modifiedAt` that the association has at first. */
  readonly expects?: true;
  /** A create adopts an association that equals it, which others make before the flow; by a principal who may adopt, or not. */
  readonly adopts?: true;
  /** What others do to the association before the flow: directly at EKS, or by a request of their own. */
  readonly others?: { readonly what: ChangeKind; readonly through: 'eks' | 'gateway' };
  /** Another version of the gateway closed the earlier operation, and left it in progress. */
  readonly isLeftInProgress?: true;
  /** Changes are locked before the flow, or when it takes the operation over. */
  readonly locked?: 'before' | 'at take-over';
  /** Policy demands an approval of the request: the flow asks for it, is the vote of an approver, uses what an approver gave before, or what was asked for is over. */
  readonly held?: 'asked' | 'voted' | 'approved' | 'over';
  /** An update sets the first expiry of the association, alone or with its other changes: policy judges it as a delete too. */
  readonly sets?: 'expiry';
  /** The approver is locked after the vote and before the flow, and the lock is lifted. */
  readonly voterLocked?: true;
  /** A success set an expiry of the association before the flow: it is due, or near enough for a warning. */
  readonly expiry?: 'due' | 'near';
  /** Beside a due expiry, others came due that are a burst: of the same setter, so that the run holds it too, or of another one. */
  readonly burst?: 'own' | 'of another';
  /** EKS refuses the requested role at first: it does not exist yet, or the gateway may not pass it. */
  readonly role?: 'missing' | 'not passable';
  /** An operator has the personal data of the principal erased before the flow. */
  readonly erased?: true;
  /** How far the clocks of all processes but that of the flow are ahead of it and of EKS, in milliseconds; negative: behind. Absent: not at all. */
  readonly secondClockMs?: number;
  /** The requests name a desired state: that of an association, or for a delete, that there is none. What exists is of their declaration. */
  readonly ensures?: true;
  /** Others desire another state before the flow, of the same declaration; or of another one, which takes the association over. */
  readonly desiredByOthers?: 'of it' | 'of another';
  /** The requests take over what another declaration owns. */
  readonly takesOver?: true;
  /** Who runs the flow: a principal's request, an approver's vote, the reconciler, a run of expiries, an operator who erases, or a scan, which later scans follow. */
  readonly by: 'alice' | 'bob' | 'pat' | 'approver' | 'reconciler' | 'expireRun' | 'eraser' | 'scanner';
}

/** Milliseconds after which a lease has expired. */
export const leaseMs = defaultTimes.leaseMs + 1_000;
/** Milliseconds after which an operation is no longer in doubt. */
export const inDoubtMs = inDoubtUntil(0, defaultTimes) + 1_000;

/** Milliseconds after which a read relies on what EKS shows, whatever was known before. */
export const showsMs = defaultTimes.listLagMs + defaultTimes.clockErrorMs + 1_000;

const throttled: Fault = {
  name: 'throttled',
  effect: 'none',
  answer: { status: 429, type: 'ThrottlingException' },
  repeats: true,
};

/** The flow of a request with a new token. */
export const firstFlow: Flow = { name: 'first', by: 'alice' };

/** The flows in which others change the association, or lock changes, before or during a repetition. */
function flowsWithOthers(): Flow[] {
  const outside = { what: 'update', through: 'eks' } as const;
  const [tagsBack, tagsElse] = [{ what: 'untag', through: 'eks' } as const, { what: 'tag', through: 'eks' } as const];
  const revoked = { what: 'delete', through: 'gateway' } as const;
  const expecting = { kinds: ['update', 'delete'], expects: true, by: 'alice' } as const;
  const adopting = { kinds: ['create'], adopts: true, others: { what: 'create', through: 'eks' } } as const;
  const applied = { earlier: crashAfter, passed: inDoubtMs } as const;
  return [
    { ...expecting, kinds: ['update', 'delete', 'adopt'], name: 'changed before', others: outside },
    { name: 'deleted before', kinds: ['adopt'], others: { what: 'delete', through: 'eks' }, by: 'alice' },
    { name: 'locked before', kinds: ['adopt'], locked: 'before', by: 'alice' },
    { ...expecting, name: 'after a release, changed outside', earlier: throttled, others: outside },
    {
      ...{ ...expecting, name: 'restarted, changed through the gateway' },
      ...{ earlier: crashBefore, passed: inDoubtMs, others: { what: 'update', through: 'gateway' } },
    },
    { ...applied, name: 'done, replaced outside', kinds: ['update'], others: outside, by: 'alice' },
    { ...applied, name: 'done, tags set back outside', kinds: ['tag'], others: tagsBack, by: 'alice' },
    { ...applied, name: 'done, tags changed outside', kinds: ['tag', 'untag'], others: tagsElse, by: 'alice' },
    { ...applied, name: 'done, deleted through the gateway', kinds: ['create'], others: revoked, by: 'alice' },
    {
      ...applied,
      name: 'reconciled, deleted through the gateway',
      kinds: ['create'],
      others: revoked,
      by: 'reconciler',
    },
    { ...adopting, name: 'adopts what exists', by: 'pat' },
    { ...adopting, name: 'may not adopt what exists', by: 'alice' },
    { ...adopting, ...applied, name: 'adopts nothing else once done', by: 'pat' },
    {
      ...{ name: 'restarted, locked', kinds: ['create'], locked: 'at take-over', by: 'alice' },
      ...{ earlier: crashBefore, passed: inDoubtMs },
    },
  ];
}

/** Time limit of a scan, and of a run of expiries. Milliseconds. */
export const scanMs = 60_000;

/**
 * Milliseconds after which another run scans a cluster whose scan did not end or failed, whatever the
 * clocks show, and after which reads show every change.
 */
export const scanLeaseMs = maxScanMs + 60_000;

/** The flows in which scans find what others did, or nothing. */
const scans: readonly Flow[] = [
  {
    ...{ name: 'scanned, changed outside', kinds: ['update'], earlier: null, passed: leaseMs },
    ...{ others: { what: 'update', through: 'eks' }, by: 'scanner' },
  },
  {
    ...{ name: 'scanned, deleted outside', kinds: ['update'], earlier: null, passed: 2 * leaseMs },
    ...{ others: { what: 'delete', through: 'eks' }, by: 'scanner' },
  },
  {
    ...{ name: 'scanned, closed by another version', kinds: ['create'], earlier: null, passed: leaseMs },
    ...{ isLeftInProgress: true, by: 'scanner' },
  },
  { name: 'scanned, in doubt', kinds: ['create'], earlier: crashAfter, passed: leaseMs, by: 'scanner' },
];

/** The flows of requests that need an approval, and of associations that end. */
function flowsWithConditions(): Flow[] {
  const held = { kinds: ['create', 'delete'], by: 'alice' } as const;
  const approved = { ...held, held: 'approved' } as const;
  const expiry = { kinds: ['delete'], by: 'expireRun' } as const;
  const asDelete = { ...approved, kinds: ['update'], sets: 'expiry' } as const;
  return [
    { ...held, name: 'approval asked for', held: 'asked' },
    { ...held, name: 'approval given', held: 'voted', kinds: ['create'], by: 'approver' },
    { ...approved, name: 'approval used' },
    { ...approved, name: 'approval used, after a release', earlier: throttled },
    { ...approved, name: 'approval used, its voter locked', voterLocked: true },
    { ...approved, name: 'approval used, after a release, its voter locked', earlier: throttled, voterLocked: true },
    { ...approved, name: 'approval used, restarted', earlier: crashBefore, passed: inDoubtMs },
    { ...approved, name: 'approval used, done', earlier: crashAfter, passed: leaseMs, kinds: ['create'] },
    { ...held, name: 'approval over', held: 'over', kinds: ['create'], by: 'expireRun' },
    { ...asDelete, name: 'expiry approved as a delete' },
    { ...asDelete, name: 'expiry approved as a delete, restarted', earlier: crashBefore, passed: inDoubtMs },
    { ...expiry, name: 'expiry warned of', expiry: 'near' },
    { ...expiry, name: 'expiry due', expiry: 'due' },
    { ...expiry, name: 'expiry due, in a burst', expiry: 'due', burst: 'own' },
    { ...expiry, name: 'expiry due, beside a burst', expiry: 'due', burst: 'of another' },
    { ...expiry, name: 'expiry due, changed outside', expiry: 'due', others: { what: 'update', through: 'eks' } },
  ];
}

/** The flows of requests whose role EKS refuses at first. */
const withoutRole: readonly Flow[] = [
  { name: 'role missing', kinds: ['create', 'update'], role: 'missing', by: 'alice' },
  {
    name: 'role missing, then created',
    kinds: ['create'],
    role: 'missing',
    earlier: null,
    passed: leaseMs,
    by: 'alice',
  },
  { name: 'role not passable', kinds: ['create'], role: 'not passable', by: 'alice' },
];

/** The flows of erasures of personal data, and those that go on after one. */
function flowsWithErasures(): Flow[] {
  const applied = { earlier: crashAfter, passed: leaseMs } as const;
  const near = { kinds: ['delete'], expiry: 'near' } as const;
  const erased = { erased: true, by: 'alice' } as const;
  return [
    { name: 'erasing what is done', kinds: ['create'], earlier: null, by: 'eraser' },
    { name: 'erasing what is in doubt', kinds: ['update'], earlier: crashAfter, by: 'eraser' },
    { name: 'erasing who set an expiry', ...near, by: 'eraser' },
    { ...applied, ...erased, name: 'erased, taken over', kinds: ['delete'] },
    { ...applied, ...erased, name: 'erased, reconciled', kinds: ['create'], by: 'reconciler' },
    { ...erased, name: 'erased, replayed', kinds: ['create'], earlier: null },
    { ...erased, name: 'erased, expiry due', kinds: ['delete'], expiry: 'due', by: 'expireRun' },
  ];
}

/** Two clocks may be this far apart, less the resolution of the dates by which a process judges its own. Milliseconds. */
const apartMs = defaultTimes.clockErrorMs - 1_000;

/** The flows in which a second process, with a clock of its own, acts before, during and after: as a client, as the reconciler, as a run. */
function flowsWithTwoClocks(): Flow[] {
  const bases: readonly Flow[] = [
    { name: 'first', kinds: ['create'], by: 'alice' },
    { name: 'taken over, done', kinds: ['create'], earlier: crashAfter, passed: leaseMs, by: 'alice' },
    { name: 'restarted', kinds: ['update'], earlier: crashBefore, passed: inDoubtMs, by: 'alice' },
    {
      ...{ name: 'scanned, deleted outside', kinds: ['update'], earlier: null, passed: 2 * leaseMs },
      ...{ others: { what: 'delete', through: 'eks' }, by: 'scanner' },
    },
    { name: 'expiry due', kinds: ['delete'], expiry: 'due', by: 'expireRun' },
  ];
  return bases.flatMap((flow) => [
    { ...flow, name: `${flow.name}, second clock ahead`, secondClockMs: apartMs },
    { ...flow, name: `${flow.name}, second clock behind`, secondClockMs: -apartMs },
  ]);
}

/** The flows of desired states: each request chooses the kind of its change by what it reads. */
function flowsOfDesiredStates(): Flow[] {
  const ensured = { kinds: ['create', 'update', 'delete'], ensures: true, by: 'alice' } as const;
  return [
    { ...ensured, name: 'ensured' },
    { ...ensured, name: 'ensured, taken over, done', earlier: crashAfter, passed: leaseMs },
    { ...ensured, name: 'ensured, in doubt', kinds: ['update'], earlier: crashBefore, passed: leaseMs },
    { ...ensured, name: 'ensured, restarted', earlier: crashBefore, passed: inDoubtMs },
    { ...ensured, name: 'ensured, after a release', kinds: ['create'], earlier: throttled },
    { ...ensured, name: 'ensured, as desired', earlier: null },
    ...flowsOfUndoneDesires(),
    ...flowsOfTwoDesires(),
  ];
}

/** The flows of desired states that others undo outside the gateway once they were reached: each is reached again. */
function flowsOfUndoneDesires(): Flow[] {
  const deleted = { kinds: ['create'], others: { what: 'delete', through: 'eks' } } as const;
  const updated = { kinds: ['update'], others: { what: 'update', through: 'eks' } } as const;
  const again = { ensures: true, by: 'alice', passed: inDoubtMs } as const;
  return [
    { ...again, ...deleted, name: 'ensured, deleted outside', earlier: null },
    { ...again, ...updated, name: 'ensured, updated outside', earlier: null },
    { ...again, ...updated, name: 'ensured, done, updated outside', earlier: crashAfter },
  ];
}

/** The flows of desired states that others replace through the gateway by what they desire: A, B, and A again. */
function flowsOfTwoDesires(): Flow[] {
  const between = { others: { what: 'update', through: 'gateway' }, passed: inDoubtMs } as const;
  const again = { kinds: ['update'], ensures: true, by: 'alice', earlier: null, ...between } as const;
  return [
    { ...again, name: 'ensured, desired otherwise', desiredByOthers: 'of it' },
    { ...again, name: 'ensured, declared elsewhere', desiredByOthers: 'of another' },
    { ...again, name: 'ensured, taken over back', desiredByOthers: 'of another', takesOver: true },
  ];
}

/** The lifetime of the associations that end, and how long after an end it is due for every clock. Milliseconds. */
export const lifetimeMs = 3_600_000;
export const afterExpiryMs = 2 * defaultTimes.clockErrorMs;

/** With a small burst, few steps are alike. */
export const expireSettings = { ...defaultExpireSettings, burstAbove: 2 };

/** After a hold, the expiries of a burst are due for every clock. Milliseconds. */
export const afterHoldMs = expireSettings.graceMs + afterExpiryMs;

/** Every flow of a mutation: the first request, and every case of a later request with its token. */
export const flows: readonly Flow[] = [
  firstFlow,
  { name: 'taken over, done', earlier: crashAfter, passed: leaseMs, by: 'alice' },
  { name: 'taken over, in doubt', earlier: crashBefore, passed: leaseMs, by: 'alice' },
  { name: 'restarted', earlier: crashBefore, passed: inDoubtMs, by: 'alice' },
  { name: 'after a release', earlier: throttled, by: 'alice' },
  { name: 'contended', earlier: crashBefore, by: 'alice' },
  { name: 'replayed', earlier: null, by: 'alice' },
  { name: 'token reused', earlier: null, by: 'alice', other: true },
  ...flowsWithOthers(),
  ...flowsWithConditions(),
  ...withoutRole,
  ...flowsWithErasures(),
  ...flowsOfDesiredStates(),
  { name: 'denied', by: 'bob' },
  { name: 'invalid', by: 'alice', invalid: true },
  ...scans,
  ...flowsWithTwoClocks(),
  { name: 'reconciled, done', earlier: crashAfter, passed: leaseMs, by: 'reconciler' },
  { name: 'reconciled, in doubt', earlier: crashBefore, passed: leaseMs, by: 'reconciler' },
  { name: 'reconciled, not done', earlier: crashBefore, passed: inDoubtMs, by: 'reconciler' },
];

/** What happens after a fault. */
export const followUps = [
  'same token immediately',
  'same token after the lease',
  'same token after inDoubtUntil',
  'second process concurrently',
  'nothing',
  'only the reconciler',
] as const;

/** Name of a follow-up. */
export type FollowUp = (typeof followUps)[number];
