import type { CallOptions, CheckResult, MutationResult, Retry } from 'pod-identity-client';
import * as z from 'zod';
import { changed, empty, found, refusalOf } from './answer.ts';
import type { Answer } from './answer.ts';
import { failed } from './failures.ts';
import { changes, token } from './inputs.ts';
import { readsOthers, tool } from './tool.ts';
import type { Run, Tool } from './tool.ts';

const inputs = {
  create: z.strictObject({ ...changes.create, ...token }),
  update: z.strictObject({ ...changes.update, ...token }),
  delete: z.strictObject({ ...changes.delete, ...token }),
  adopt: z.strictObject({ ...changes.adopt, ...token }),
  tag: z.strictObject({ ...changes.tag, ...token }),
  untag: z.strictObject({ ...changes.untag, ...token }),
};

const changeSchema = z.discriminatedUnion('operation', [
  z.strictObject({ operation: z.literal('create'), ...changes.create }),
  z.strictObject({ operation: z.literal('update'), ...changes.update }),
  z.strictObject({ operation: z.literal('delete'), ...changes.delete }),
  z.strictObject({ operation: z.literal('adopt'), ...changes.adopt }),
  z.strictObject({ operation: z.literal('tag'), ...changes.tag }),
  z.strictObject({ operation: z.literal('untag'), ...changes.untag }),
]);
/** {@link changeSchema} for the list of tools, which has the fields of each change already. */
const listedChange = z
  .looseObject({ operation: z.enum(['create', 'update', 'delete', 'adopt', 'tag', 'untag']) })
  .describe('The operation, and the arguments of its tool (create: bind_role), without clientRequestToken.');

const changedData = ['association', 'warnings'];
/** Repetitions are replays; what a change replaces is gone. */
const destroys = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true };

/**
 * Sends a change under its token. Whatever becomes of it, the answer has the token, so that the
 * call can be repeated.
 */
async function send<Input extends { readonly clientRequestToken?: string | undefined }>(
  name: string,
  input: Input,
  { tokens, options }: Run,
  mutation: (input: Input, options: CallOptions) => Promise<MutationResult>,
): Promise<Answer> {
  const call = { tool: name, input };
  const clientRequestToken = tokens.tokenOf(call);
  let wasSent = false;
  const onRetry = (retry: Retry) => {
    wasSent = true;
    options.onRetry?.(retry);
  };
  try {
    const result = await mutation({ ...input, clientRequestToken }, { ...options, onRetry });
    tokens.answered(call, clientRequestToken, result);
    return changed(clientRequestToken, result);
  } catch (error) {
    return failed(error, { token: clientRequestToken, wasSent });
  }
}

export const changeTools: readonly Tool[] = [
  tool({
    name: 'dry_run',
    title: 'Check a change',
    description:
      'What the gateway would answer to a change now: policy, conflicts, differences, warnings. Changes no association, and adds a CHECKED entry to the audit trail.',
    input: z.strictObject({ change: changeSchema }),
    listedInput: z.strictObject({ change: listedChange }),
    data: ['wouldBeAttempted', 'auditEntry'],
    annotations: readsOthers,
    run: async ({ change: { operation, ...input } }, { client, options }) => {
      const check = client[checks[operation]];
      return checked(await check(input as never, options));
    },
  }),
  tool({
    name: 'bind_role',
    title: 'Bind a role',
    description:
      'Creates an association: the pods of a service account get an IAM role when they start again, in place of the credentials that they had.',
    input: inputs.create,
    data: changedData,
    annotations: destroys,
    run: (input, run) => send('bind_role', input, run, run.client.createPodIdentityAssociation),
  }),
  tool({
    name: 'update_association',
    title: 'Update an association',
    description: 'Changes the role or the settings of an association. Omitted fields keep their value; null clears.',
    input: inputs.update,
    data: changedData,
    annotations: destroys,
    run: (input, run) => send('update_association', input, run, run.client.updatePodIdentityAssociation),
  }),
  tool({
    name: 'delete_association',
    title: 'Delete an association',
    description: 'Deletes an association: new pods of the service account get no role from it.',
    input: inputs.delete,
    data: changedData,
    annotations: destroys,
    run: (input, run) => send('delete_association', input, run, run.client.deletePodIdentityAssociation),
  }),
  tool({
    name: 'adopt_association',
    title: 'Adopt an association',
    description: 'Records an association that another tool made (origin OUTSIDE) as it is. Changes nothing at EKS.',
    input: inputs.adopt,
    data: changedData,
    // It adds a record.
    annotations: { ...destroys, destructiveHint: false },
    run: (input, run) => send('adopt_association', input, run, run.client.adoptPodIdentityAssociation),
  }),
  tool({
    name: 'tag_association',
    title: 'Tag an association',
    description: 'Adds tags to an association, and changes the values of those that it has. Policy can depend on tags.',
    input: inputs.tag,
    data: changedData,
    annotations: destroys,
    run: (input, run) => send('tag_association', input, run, run.client.tagPodIdentityAssociation),
  }),
  tool({
    name: 'untag_association',
    title: 'Untag an association',
    description: 'Removes tags of an association by their keys.',
    input: inputs.untag,
    data: changedData,
    annotations: destroys,
    run: (input, run) => send('untag_association', input, run, run.client.untagPodIdentityAssociation),
  }),
];

const checks = {
  create: 'checkCreatePodIdentityAssociation',
  update: 'checkUpdatePodIdentityAssociation',
  delete: 'checkDeletePodIdentityAssociation',
  adopt: 'checkAdoptPodIdentityAssociation',
  tag: 'checkTagPodIdentityAssociation',
  untag: 'checkUntagPodIdentityAssociation',
} as const;

/** A dry run that finds a refusal has succeeded: the refusal is its result. */
function checked({ refusal, ...others }: CheckResult): Answer {
  const data = { ...others, refusal: refusal && refusalOf(refusal, null) };
  if (refusal?.code === 'APPROVAL_REQUIRED') {
    const isAsked = refusal.__typename === 'ApprovalRequired' && refusal.approval !== null;
    return { ...empty, status: 'APPROVAL_REQUIRED', data, next: isAsked ? isHeld : wouldBeHeld };
  }
  return found(data, others.wouldBeAttempted ? wouldBeDone : foreseen);
}

const wouldBeDone = 'Show the person what would be done, and ask before the change.';
const wouldBeHeld =
  'Nothing was asked of anyone yet. Tell the person that members of the groups in data.refusal.needs would have to approve, and ask before the change: it opens the approval.';
const isHeld =
  'The change waits already: data.refusal.approval is pending. Tell the person which groups have to approve, read get_approval when they ask, and do not ask for another approval.';
const foreseen = 'Tell the person data.refusal: its message, its advice, and whom to ask.';
