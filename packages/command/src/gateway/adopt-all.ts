import { UsageError } from '../aws/errors.ts';
import type { ValueMap } from '../aws/value.ts';
import type { MutationOptions } from '../../../client/src/client/approval.ts';
import { isHeld } from '../../../client/src/client/approval.ts';
import type { CallOptions } from '../../../client/src/client/call.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import { GatewayError, LostAnswerError } from '../../../client/src/client/errors.ts';
import { itemsOf } from '../../../client/src/client/pages.ts';
import type { Association, MutationResult } from '../../../client/src/client/result.ts';
import type { Prompter } from '../prompt.ts';
import { approvalTeller, heldText } from './approvals.ts';
import { optional, required } from './inputs.ts';
import { makerOf } from './makers.ts';

/** What `pod-identity adopt` uses of its process. */
export interface AdoptAllSettings {
  /** Writes a line to standard error. */
  readonly say: (line: string) => void;
  /** Asks before anything is adopted; null without a terminal. */
  readonly prompter: Prompter | null;
  /** How long to wait for approvers; null: not at all. */
  readonly waitMs: number | null;
}

/**
 * `PLANNED` and `DENIED` are what a plan says: it would be adopted, once it is approved if it has
 * to be, or refused. `APPROVAL_REQUIRED`: others have to approve it first. `IN_PROGRESS`: it may be
 * adopted, or may still be. `NOT_SENT`: an error of another one ended the run before.
 */
type Status = keyof typeof countNames;

/** The counts of the answer, by status. */
const countNames = {
  PLANNED: 'planned',
  DENIED: 'denied',
  ADOPTED: 'adopted',
  APPROVAL_REQUIRED: 'approvalRequired',
  REFUSED: 'refused',
  IN_PROGRESS: 'inProgress',
  NOT_SENT: 'notSent',
} as const;

/** An association that the gateway does not know, and what became of it. */
interface Adoption {
  readonly association: Association;
  status: Status;
  /** What policy says, or why it is not adopted; null: not known yet. */
  message: string | null;
}

/**
 * How many requests run at once. The gateway limits the requests of each principal, and the client
 * waits as it says.
 */
const concurrency = 4;
/**
 * How many adoptions wait for approvers at once: the gateway limits the pending approvals of each
 * principal.
 */
const maxWaiting = 20;

const pageSize = 100;

/** After this many, the progress is said. */
const progressEvery = 50;

/**
 * Adopts every association of a cluster that the gateway does not know: those that drift reports as
 * `UNMANAGED`. Each adoption expects the `modifiedAt` that was listed, and its token follows from
 * both: a run that was interrupted can be repeated, and has no second effect. Without `yes`, each
 * is checked first, and the plan is shown; it is adopted if a person agrees.
 *
 * @throws {@link UsageError} if there is neither `yes` nor `plan`, and no terminal to ask at
 */
export async function adoptAll(
  client: GatewayClient,
  input: ValueMap,
  options: CallOptions,
  { say, prompter, waitMs }: AdoptAllSettings,
): Promise<ValueMap> {
  const isPlan = input.plan === true;
  const asks = !isPlan && input.yes !== true;
  if (asks && prompter === null)
    throw new UsageError('Give --plan to see what would be adopted, or --yes to adopt it.');
  const cluster = { clusterName: required(input.clusterName), ...placeOf(input) };
  const adoptions = await foreignIn(client, cluster, optional(input.namespace), options);
  if (isPlan || asks) {
    await forEach(adoptions, concurrency, (one) => check(client, cluster, one, options));
    if (asks) for (const one of adoptions) say(lineOf(one));
  }
  const planned = adoptions.filter(({ status }) => status === 'PLANNED');
  if (planned.length > 0 && !isPlan && (!asks || (await agrees(prompter, planned.length, cluster.clusterName)))) {
    await adoptEach(planned, { client, cluster, reason: optional(input.reason), options, say, waitMs });
  }
  return answerOf(adoptions);
}

interface Cluster {
  readonly clusterName: string;
  readonly accountId?: string;
  readonly region?: string;
}

async function foreignIn(
  client: GatewayClient,
  cluster: Cluster,
  namespace: string | undefined,
  options: CallOptions,
): Promise<Adoption[]> {
  const adoptions: Adoption[] = [];
  const variables = { ...cluster, namespace, first: pageSize };
  for await (const { kind, association } of itemsOf(client.associationDrift, variables, options)) {
    if (kind === 'UNMANAGED' && association) adoptions.push({ association, status: 'PLANNED', message: null });
  }
  return adoptions.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}

/**
 * The dry run without its warnings, which cost two EKS calls each and say nothing of an adoption.
 */
const checkDocument = /* GraphQL */ `
  query CheckAdoption($input: AdoptPodIdentityAssociationInput!) {
    checkAdoptPodIdentityAssociation(input: $input) {
      refusal {
        code
      }
      auditEntry {
        message
      }
    }
  }
`;

type Checked = Record<string, unknown> & {
  readonly checkAdoptPodIdentityAssociation: {
    readonly refusal: { readonly code: string } | null;
    readonly auditEntry: { readonly message: string | null };
  } | null;
};

/** Says of an adoption what the gateway would answer. */
async function check(client: GatewayClient, cluster: Cluster, adoption: Adoption, options: CallOptions): Promise<void> {
  const { associationId, modifiedAt: expectedModifiedAt } = adoption.association;
  const input = { ...cluster, associationId, expectedModifiedAt };
  const { checkAdoptPodIdentityAssociation: checked } = await client.request<Checked>(
    checkDocument,
    { input },
    options,
  );
  if (checked?.refusal && checked.refusal.code !== 'APPROVAL_REQUIRED') adoption.status = 'DENIED';
  adoption.message = checked?.auditEntry.message ?? null;
}

async function agrees(prompter: Prompter | null, count: number, clusterName: string): Promise<boolean> {
  const question = `Adopt ${count} association${count === 1 ? '' : 's'} in ${clusterName}?`;
  return (await prompter?.choose(question, ['no', 'yes'])) === 'yes';
}

interface Run {
  readonly client: GatewayClient;
  readonly cluster: Cluster;
  readonly reason: string | undefined;
  readonly options: MutationOptions;
  readonly say: (line: string) => void;
  readonly waitMs: number | null;
}

/** Adopts one after the other, until the gateway can't be reached or does not accept the caller. */
async function adoptEach(planned: readonly Adoption[], run: Run): Promise<void> {
  let [done, isStopped] = [0, false];
  await forEach(planned, concurrency, async (adoption) => {
    if (isStopped) {
      adoption.status = 'NOT_SENT';
      return;
    }
    const isAnswered = await adoptOne(adoption, run);
    isStopped ||= !isAnswered;
    done += Number(isAnswered);
    if (done % progressEvery === 0 && isAnswered) run.say(`${done} of ${planned.length} done`);
  });
  run.say(`${done} of ${planned.length} done`);
  const { waitMs } = run;
  const held = planned.filter(({ status }) => status === 'APPROVAL_REQUIRED');
  if (waitMs !== null && !isStopped) await forEach(held, maxWaiting, (one) => adoptApproved(one, run, waitMs));
  if (isStopped) run.say('Run the same command again for the others: what is adopted already is not adopted again.');
}

/** Waits for the approvers of one, and adopts it then. */
async function adoptApproved(adoption: Adoption, run: Run, maxElapsedMs: number): Promise<void> {
  const onApproval = approvalTeller((line) => run.say(`${nameOf(adoption)}: ${line}`));
  await adoptOne(adoption, { ...run, options: { ...run.options, waitForApproval: { maxElapsedMs, onApproval } } });
}

/** Adopts one. False if no more should be sent. */
async function adoptOne(adoption: Adoption, { client, cluster, reason, options }: Run): Promise<boolean> {
  const { associationId, modifiedAt: expectedModifiedAt } = adoption.association;
  const clientRequestToken = `adopt-${associationId}-${expectedModifiedAt}`;
  try {
    const input = { ...cluster, associationId, expectedModifiedAt, clientRequestToken, reason };
    const result = await client.adoptPodIdentityAssociation(input, options);
    Object.assign(adoption, becameOf(result));
    return true;
  } catch (error) {
    if (!(error instanceof GatewayError || error instanceof LostAnswerError)) throw error;
    const isRejected = error instanceof GatewayError && (error.status === 401 || error.status === 403);
    adoption.status = isRejected ? 'NOT_SENT' : 'IN_PROGRESS';
    adoption.message = error.message;
    return false;
  }
}

function becameOf(result: MutationResult): Pick<Adoption, 'status' | 'message'> {
  if (isHeld(result)) return { status: 'APPROVAL_REQUIRED', message: heldText(result.refusal) };
  if (result.kind === 'refused') return { status: 'REFUSED', message: result.refusal.message };
  return { status: result.kind === 'succeeded' ? 'ADOPTED' : 'IN_PROGRESS', message: null };
}

async function forEach<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
}

function answerOf(adoptions: readonly Adoption[]): ValueMap {
  const counts = Object.entries(countNames).map(([status, name]) => {
    return [name, adoptions.filter((one) => one.status === status).length] as const;
  });
  return { adoptions: adoptions.map(rowOf), counts: Object.fromEntries(counts) };
}

function rowOf({ association, status, message }: Adoption): ValueMap {
  const { namespace, serviceAccount, associationId, roleArn, modifiedAt } = association;
  return {
    namespace,
    serviceAccount,
    associationId,
    roleArn,
    modifiedAt,
    madeBy: makerOf(association),
    status,
    message,
  };
}

/** A line of the plan, for people. */
function lineOf({ association, message }: Adoption): string {
  const { namespace, serviceAccount, associationId, roleArn } = association;
  const madeBy = makerOf(association) ?? 'made by an unknown tool';
  return [`${namespace}/${serviceAccount}`, associationId, roleArn, madeBy, message ?? ''].join('  ');
}

function nameOf({ association: { namespace, serviceAccount } }: Adoption): string {
  return `${namespace}/${serviceAccount}`;
}

function placeOf(input: ValueMap): Omit<Cluster, 'clusterName'> {
  const [accountId, region] = [optional(input.accountId), optional(input.region)];
  return { ...(accountId !== undefined && { accountId }), ...(region !== undefined && { region }) };
}
