import type { RecordedRequestResolvers, Resolvers } from '../generated/resolvers.ts';
import type { CheckedChangeInput } from '../generated/types.ts';
import type { SettingName } from '../model/setting-fields.ts';
import { publicApprovalId } from '../model/approval.ts';
import { auditEntryId, isErased } from '../model/audit.ts';
import type { OperationKind } from '../model/operation.ts';
import { checkChanges } from '../operations/checks/check-changes.ts';
import type { ChangeToCheck } from '../operations/checks/known-states.ts';
import { dryRun } from '../operations/dry-run.ts';
import type { DryRunResult } from '../operations/dry-run.ts';
import { mutate } from '../operations/mutate.ts';
import { changeWarnings, checkWarnings } from '../operations/warnings/preflight.ts';
import type { InputOf } from '../operations/terms/admission.ts';
import { checkEnsure, ensure } from '../operations/ensure/ensure.ts';
import type { EnsureCall } from '../operations/ensure/request.ts';
import type { Operation } from '../operations/terms/operation.ts';
import { expirySetBy } from '../operations/terms/result.ts';
import type { MutationResult } from '../operations/terms/result.ts';
import { operationOf, operations, summarize } from '../operations/kinds/operations.ts';
import { visibleTo } from '../queries/terms/authorize-read.ts';
import { associationByArn, describeAssociation } from '../queries/associations/describe.ts';
import { readNode } from '../queries/node.ts';
import { readOperation } from '../queries/trail/operation-view.ts';
import type { RequestContext } from '../queries/terms/request-context.ts';
import { readAuditEntry } from '../queries/trail/trail.ts';
import { changesToCheckFindings } from '../validation/changes-to-check.ts';
import { dateTime } from './date-time.ts';
import { valueOf } from './errors.ts';
import { approvalFields, approvalMutations, approvalQueries } from './approval-resolvers.ts';
import { associationFields, discoveryQueries, lockFields, pageQueries, snapshotFields } from './read-resolvers.ts';
import { reported } from './request-report.ts';

/**
 * Arguments in, domain values out: resolvers contain no rules and make no AWS calls. They take
 * dependencies from the context of the request only.
 */
export function makeResolvers(): Resolvers {
  const { CREATE_POD_IDENTITY_ASSOCIATION: create, UPDATE_POD_IDENTITY_ASSOCIATION: update } = operations;
  const { DELETE_POD_IDENTITY_ASSOCIATION: remove, ADOPT_POD_IDENTITY_ASSOCIATION: adopt } = operations;
  const { TAG_POD_IDENTITY_ASSOCIATION: tag, UNTAG_POD_IDENTITY_ASSOCIATION: untag } = operations;

  type Field<Kind extends OperationKind> = [unknown, { readonly input: InputOf[Kind] }, RequestContext];
  const mutation =
    <Kind extends OperationKind>(operation: Operation<Kind>) =>
    async (...[, { input }, { deps, identity, deadline }]: Field<Kind>) =>
      reported(await mutate(deps, operation, { identity, input, deadline }));
  const check =
    <Kind extends OperationKind>(operation: Operation<Kind>) =>
    async (...[, { input }, { reads, identity, deadline }]: Field<Kind>) =>
      reported(await dryRun(reads, operation, { identity, input, deadline }));

  type EnsureField = [unknown, { readonly input: EnsureCall['input'] }, RequestContext];
  const ensured = async (...[, { input }, { deps, identity, deadline, requireUnlocked }]: EnsureField) => {
    const result = await ensure(deps, { identity, input, deadline });
    const { auditEntry, mutation: sent, refusal, read } = result;
    if (auditEntry) reported({ ...result, auditEntry });
    // A change that was made, or may have been, has passed the locks; any other answer tells of what was read.
    const isOfRead = sent === null || (refusal !== null && refusal.code !== 'OUTCOME_UNDETERMINED');
    if (isOfRead && read) await requireUnlocked(read);
    return result;
  };
  const checkEnsured = async (...[, { input }, { reads, identity, deadline }]: EnsureField) => {
    const result = await checkEnsure(reads, { identity, input, deadline });
    if (result.check) reported(result.check);
    return result;
  };

  /** The warnings of a payload: read only if they are selected, and once, however often. */
  const changeFields = <Kind extends OperationKind>(operation: Operation<Kind>) => ({
    warnings: (result: MutationResult, _: unknown, { reads, deadline, once }: RequestContext) =>
      once(`warnings ${auditEntryId(result.auditEntry)}`, () => changeWarnings(reads, operation, result, deadline)),
  });
  const checkFields = {
    warnings: (result: DryRunResult, _: unknown, { reads, deadline, once }: RequestContext) =>
      once(`warnings ${auditEntryId(result.auditEntry)}`, () => checkWarnings(reads, result, deadline)),
  };

  const liveAssociation = async (
    { associationArn }: { readonly associationArn: string | null },
    _: unknown,
    context: RequestContext,
  ) => {
    if (associationArn === null) return null;
    await context.requireUnlocked();
    context.takeRows(1);
    return valueOf(await associationByArn(context, associationArn));
  };

  return {
    DateTime: dateTime,
    Query: {
      viewer: (_, __, { deps, identity: { principal, actor } }) => ({
        ...principal,
        actor: actor && deps.recordPrincipal(actor),
      }),
      podIdentityAssociation: async (_, key, context) => valueOf(await describeAssociation(context.deps, context, key)),
      checkCreatePodIdentityAssociation: check(create),
      checkUpdatePodIdentityAssociation: check(update),
      checkDeletePodIdentityAssociation: check(remove),
      checkAdoptPodIdentityAssociation: check(adopt),
      checkTagPodIdentityAssociation: check(tag),
      checkUntagPodIdentityAssociation: check(untag),
      checkEnsurePodIdentityAssociation: checkEnsured,
      checkEnsureNoPodIdentityAssociation: checkEnsured,
      checkPodIdentityAssociations: async (_, { input }, { deps, identity, deadline, takeRows }) => {
        const findings = changesToCheckFindings(input.changes, deps.home);
        if (findings.length > 0) return valueOf({ kind: 'invalid', findings });
        takeRows(input.changes.length);
        return reported(await checkChanges(deps, { identity, deadline }, input.changes.flatMap(changesToCheck)));
      },
      ...discoveryQueries,
      ...pageQueries,
      ...approvalQueries,
      auditEntry: (_, { id }, context) => readAuditEntry(context.reads, context, id),
      operation: (_, { id }, context) => readOperation(context.reads, context, id),
      node: async (_, { id }, context) => valueOf(await readNode(context.reads, context, id)),
    },
    Mutation: {
      createPodIdentityAssociation: mutation(create),
      updatePodIdentityAssociation: mutation(update),
      deletePodIdentityAssociation: mutation(remove),
      adoptPodIdentityAssociation: mutation(adopt),
      tagPodIdentityAssociation: mutation(tag),
      untagPodIdentityAssociation: mutation(untag),
      ensurePodIdentityAssociation: ensured,
      ensureNoPodIdentityAssociation: ensured,
      ...approvalMutations,
    },
    CreatePodIdentityAssociationPayload: { ...changeFields(create), expiresAt: expirySetBy },
    UpdatePodIdentityAssociationPayload: { ...changeFields(update), expiresAt: expirySetBy },
    DeletePodIdentityAssociationPayload: changeFields(remove),
    AdoptPodIdentityAssociationPayload: changeFields(adopt),
    TagPodIdentityAssociationPayload: changeFields(tag),
    UntagPodIdentityAssociationPayload: changeFields(untag),
    EnsurePayload: {
      warnings: async ({ mutation, notices }, _, { reads, deadline, once }) => {
        if (mutation === null) return [...notices];
        const { operation, result } = mutation;
        const read = () => changeWarnings(reads, operationOf(operation), result, deadline);
        return [...(await once(`warnings ${auditEntryId(result.auditEntry)}`, read)), ...notices];
      },
    },
    CheckPayload: checkFields,
    PodIdentityAssociation: associationFields,
    AuditEntry: {
      id: auditEntryId,
      request: (entry) => (entry.request === null ? null : summarize(entry)),
      operationKind: ({ operation }) => operation,
      cluster: ({ cluster }) => cluster ?? null,
      operation: async ({ operationId }, _, context) => {
        await context.requireUnlocked();
        context.takeRows(1);
        return await readOperation(context.reads, context, operationId);
      },
      before: async ({ before }, _, { authorizeRead, requireUnlocked }) => {
        if (before === null) return null;
        await requireUnlocked();
        return visibleTo(authorizeRead, before);
      },
      association: liveAssociation,
      personalDataErased: isErased,
      approvalId: ({ operationId: id, approvalKey: key }) => (key === undefined ? null : publicApprovalId({ id, key })),
    },
    Operation: {
      id: ({ operationId }) => operationId,
      association: liveAssociation,
      entries: ({ entries }, _, { takeRows }) => {
        takeRows(entries.length);
        return entries;
      },
    },
    AssociationSnapshot: snapshotFields,
    ObservedAssociation: { viewerMay: (association, _, { viewerMay }) => viewerMay(association) },
    Lock: lockFields,
    RecordedPrincipal: {
      principalId: ({ id }) => id,
      otherGroupsCount: ({ otherGroups }) => otherGroups?.count ?? 0,
      otherGroupsHash: ({ otherGroups }) => otherGroups?.sha256 ?? null,
    },
    RecordedRequest: {
      roleArn: ({ settings }) => settings.roleArn ?? null,
      targetRoleArn: ({ settings }) => settings.targetRoleArn ?? null,
      disableSessionTags: ({ settings }) => settings.disableSessionTags ?? null,
      policy: ({ settings }) => settings.policy ?? null,
    } satisfies RecordedRequestResolvers & Record<SettingName, unknown>,
    ...approvalFields,
    Refusal: { __resolveType: ({ kind }) => kind },
    ChangesLocked: {
      scope: ({ lock }) => lock.scope.kind,
      lockedBy: ({ lock }) => lock.lockedBy,
      lockedAt: ({ lock }) => lock.lockedAt,
      reason: ({ lock }) => lock.reason,
    },
  };
}

/** The one change of an input: the schema permits no other number. Its names are those of the operations. */
function changesToCheck(changes: CheckedChangeInput): ChangeToCheck[] {
  return Object.entries<object>(changes).flatMap(([name, input]) => {
    const kind = name.startsWith('ensure') ? 'ENSURE' : `${name.toUpperCase()}_POD_IDENTITY_ASSOCIATION`;
    return [{ kind, name, input } as ChangeToCheck];
  });
}
