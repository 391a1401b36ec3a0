import type { ApprovalEntry, ApprovalFact, MutationKind, TrailEntry } from './facts.ts';

/*
 * What the ledger stores of entries, approvals and expiries, parsed without the gateway's own types.
 */

/** The texts of an entry as it is stored. */
export interface EntryTexts {
  readonly entry: string;
  /** The JSON of its personal data. Null: it has none, or they were erased, or its text has them. */
  readonly personal: string | null;
}

/** The personal data that the checks use. */
interface PersonalData {
  readonly reason: string | null;
  readonly userAgent: string | null;
}

/** The personal data of an entry: those in its text, else those beside it. */
function personalDataOf(inText: PersonalData, personal: string | null): PersonalData {
  const { values } = JSON.parse(personal ?? '{"values":{}}') as { readonly values: Partial<PersonalData> };
  const { reason = null, userAgent = null } = values;
  return { reason: inText.reason ?? reason, userAgent: inText.userAgent ?? userAgent };
}

/** A stored entry, as far as approvals and expiries are concerned. */
export interface StoredChange {
  readonly operationId: string;
  readonly event: string;
  readonly operation: string;
  readonly time: string;
  readonly principal: { readonly id: string; readonly kind: string };
  readonly target: { readonly serviceAccount: string } | null;
  readonly request: {
    readonly expiresAt?: string | null;
    readonly changes?: object;
    readonly ending?: { readonly expiresAt: string; readonly setBy: string };
  } | null;
  readonly fence: number | null;
  readonly message: string | null;
}

/** A stored entry of a change. */
export interface StoredEntry
  extends StoredChange, PersonalData, Pick<TrailEntry, 'entryId' | 'apiRequestId' | 'associationArn' | 'refusalCode'> {
  readonly target: { readonly clusterName: string; readonly namespace: string; readonly serviceAccount: string } | null;
  readonly request:
    (StoredChange['request'] & { readonly roleArn?: string; readonly changes?: { readonly roleArn?: string } }) | null;
}

/** An entry with its personal data, by its texts. */
export function parsedEntry({ entry, personal }: EntryTexts): StoredEntry {
  const stored = JSON.parse(entry) as StoredEntry;
  return { ...stored, ...personalDataOf(stored, personal) };
}

/** The entry of a change, as the checks see it. */
export function changeEntry(stored: StoredEntry, kind: MutationKind): TrailEntry {
  const { operationId, entryId, event, associationArn, refusalCode, fence, target, request } = stored;
  return {
    ...{ operationId, entryId, event, associationArn, refusalCode, fence, kind },
    time: Date.parse(stored.time),
    principal: stored.principal.id,
    clientRequestToken: stored.reason,
    serviceAccount: target && [target.clusterName, target.namespace, target.serviceAccount].join('/'),
    roleArn: request?.roleArn ?? request?.changes?.roleArn ?? null,
    ...conditionsOf(stored),
  };
}

/** The texts of an entry, by the columns or attributes of its item. */
export function textsOf({ entry, personal }: Readonly<Record<string, unknown>>): EntryTexts {
  return { entry: String(entry), personal: typeof personal === 'string' ? personal : null };
}

/** Prefix of the names of the service accounts whose creates and deletes need an approval, by the policy of the tests. */
export const heldPrefix = 'held';

const approvalIdPrefix = 'approval-';

/** The entry of an approval; null for any other. */
export function approvalEntryOf(stored: StoredChange): ApprovalEntry | null {
  const { operationId: approvalId, event, fence, principal, time, message } = stored;
  if (!approvalId.startsWith(approvalIdPrefix)) return null;
  const [, usedBy = null] = event === 'APPROVAL_USED' ? (/^The operation (\S+) used/.exec(message ?? '') ?? []) : [];
  const voided = [...(message ?? '').matchAll(/The vote of (\S+) at/g)].map(([, id = '']) => id);
  const entry = { approvalId, event, revision: fence ?? 0, principal: principal.id, time: Date.parse(time), usedBy };
  return event === 'APPROVAL_VOTE_VOIDED' ? { ...entry, voided } : entry;
}

/** What an entry of a change says about approvals and expiries. */
function conditionsOf(
  stored: StoredChange,
): Pick<TrailEntry, 'approvers' | 'expiry' | 'setsExpiry' | 'isExpiryOnly' | 'endsHeld'> {
  const { operation, target, request, principal } = stored;
  const { ending: expiry, expiresAt, changes } = request ?? {};
  const isExpiryOnly = expiresAt !== undefined && changes !== undefined && Object.keys(changes).length === 0;
  const isOfHeld = (target?.serviceAccount.startsWith(heldPrefix) ?? false) && !expiry;
  const isHeld = isOfHeld && /^(CREATE|DELETE)_/.test(operation);
  // A service is no person, so one approver is not a second person.
  const approvers = principal.kind === 'USER' ? 1 : 2;
  return {
    ...(isHeld ? { approvers } : {}),
    ...(isOfHeld && !isHeld && typeof expiresAt === 'string' ? { endsHeld: true as const } : {}),
    ...(isExpiryOnly ? { isExpiryOnly } : {}),
    ...(expiry ? { expiry: { at: Date.parse(expiry.expiresAt), setBy: expiry.setBy } } : {}),
    ...(expiresAt === undefined ? {} : { setsExpiry: expiresAt === null ? null : Date.parse(expiresAt) }),
  };
}

interface StoredApproval {
  readonly id: string;
  readonly revision: number;
  readonly state: string;
  readonly requested: { readonly principal: { readonly id: string } };
  readonly votes: readonly { readonly principal: { readonly id: string }; readonly vote: string }[];
  readonly usedBy: string | null;
}

/** An approval by its stored JSON. */
export function approvalOf(json: string): ApprovalFact {
  const { id, revision, state, requested, votes, usedBy } = JSON.parse(json) as StoredApproval;
  const by = (vote: string) => votes.filter((one) => one.vote === vote).map(({ principal }) => principal.id);
  const { principal } = requested;
  return { id, revision, state, principal: principal.id, approvedBy: by('APPROVE'), rejectedBy: by('REJECT'), usedBy };
}

/** The id by which people vote on an approval, by its stored JSON. */
export function publicIdOf(json: string): string {
  const { id, key } = JSON.parse(json) as { readonly id: string; readonly key: string };
  return `${id}.${key}`;
}
