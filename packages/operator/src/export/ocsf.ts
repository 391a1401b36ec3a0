import { isIP } from 'node:net';
import { summarize } from '../../../../src/operations/kinds/operations.ts';
import { auditEntryId, isErased } from '../../../../src/model/audit.ts';
import type { AuditEntry } from '../../../../src/model/audit.ts';
import type { Decision } from '../../../../src/model/decision.ts';
import type { Principal } from '../../../../src/model/principal.ts';
import {
  activities,
  calledOperation,
  decidingOf,
  ocsfDisposition,
  ocsfOutcome,
  severities,
  statuses,
} from './ocsf-outcome.ts';

/**
 * Released 2026-08-03. Source of class and objects:
 * https://schema.ocsf.io/1.9.0/classes/api_activity.
 */
const ocsfVersion = '1.9.0';

/** Category and class; the ids of an event type start with the class. */
const categoryUid = 6;
const classUid = 6003;

const product = 'pod-identity-gateway';

/**
 * An entry as an event of the class API Activity of OCSF 1.9.0, with the profiles `cloud` and,
 * where policy was evaluated, `security_control`. Fields without an OCSF attribute are in
 * `unmapped`, under their own names, so nothing is lost.
 *
 * @param productVersion version of the gateway that exports
 */
export function ocsfEvent(entry: AuditEntry, productVersion: string) {
  const { activity, status, severity } = ocsfOutcome(entry);
  const activityId = activities[activity];
  const disposition = ocsfDisposition(entry);
  const deciding = decidingOf(entry);
  return {
    activity_id: activityId,
    activity_name: activity,
    category_uid: categoryUid,
    category_name: 'Application Activity',
    class_uid: classUid,
    class_name: 'API Activity',
    type_uid: classUid * 100 + activityId,
    type_name: `API Activity: ${activityId === 99 ? 'Other' : activity}`,
    severity_id: severities[severity],
    severity,
    status_id: statuses[status],
    status,
    ...(status === 'Failure' ? set('status_code', entry.refusalCode) : {}),
    ...set('status_detail', entry.message),
    ...set('message', entry.message),
    time: Date.parse(entry.time),
    timezone_offset: 0,
    metadata: metadataOf(entry, productVersion, disposition !== null),
    actor: actorOf(entry),
    api: apiOf(entry),
    src_endpoint: sourceOf(entry.sourceAddress),
    ...(entry.userAgent ? { http_request: { uid: entry.apiRequestId, user_agent: entry.userAgent } } : {}),
    cloud: cloudOf(entry),
    ...resourcesOf(entry),
    ...(disposition === null || deciding === null ? {} : { ...disposition, policy: policyOf(deciding) }),
    unmapped: unmappedOf(entry),
  };
}

function metadataOf(entry: AuditEntry, version: string, isDecided: boolean) {
  return {
    version: ocsfVersion,
    product: { name: product, vendor_name: product, version },
    profiles: isDecided ? ['cloud', 'security_control'] : ['cloud'],
    uid: auditEntryId(entry),
    original_event_uid: auditEntryId(entry),
    original_time: entry.time,
    correlation_uid: entry.operationId,
    event_code: entry.event,
    log_name: 'audit trail',
  };
}

/**
 * `user` is the principal that policy evaluates; `application` is the service in a delegated token.
 */
function actorOf({ principal, actor }: AuditEntry) {
  const issuer = issuerOf(principal);
  return {
    user: userOf(principal),
    ...(issuer === null ? {} : { idp: { uid: issuer } }),
    ...(principal.sessionName === null ? {} : { session: { uid: principal.sessionName } }),
    ...(actor === null ? {} : { application: { uid: actor.id, type: 'Service' } }),
  };
}

function userOf({ id, kind, groups }: Principal) {
  const type = kind === 'SERVICE' ? { type_id: 4, type: 'Service' } : { type_id: 1, type: 'User' };
  return { uid: id, ...type, groups: groups.map((name) => ({ name })) };
}

/** Issuer of the token; null for an IAM principal. */
function issuerOf({ id }: Principal): string | null {
  const end = id.indexOf('#');
  return id.startsWith('iam:') || end < 1 ? null : id.slice(0, end);
}

function apiOf(entry: AuditEntry) {
  const { apiRequestId, request, refusalCode, message } = entry;
  return {
    operation: calledOperation(entry).field,
    service: { name: product },
    request: { uid: apiRequestId, ...set('data', request) },
    ...(refusalCode === null ? {} : { response: { error: refusalCode, ...set('error_message', message) } }),
  };
}

/** Source of the request. Entries of the gateway's reconciler have no address. */
function sourceOf(address: string | null) {
  if (address === null) return { svc_name: product };
  return isIP(address) === 0 ? { name: address } : { ip: address };
}

function cloudOf({ target, cluster }: AuditEntry) {
  const place = target ?? cluster;
  if (place === undefined) return { provider: 'AWS' };
  const account = { uid: place.accountId, type_id: 10, type: 'AWS Account' };
  return { provider: 'AWS', account, region: place.region };
}

/** The association, existing or requested; its cluster; the requested roles. */
function resourcesOf(entry: AuditEntry) {
  const { target, associationArn } = entry;
  if (target === null) return {};
  const { region, clusterName, namespace, serviceAccount } = target;
  const { roleArn = null, targetRoleArn = null } = entry.request === null ? {} : summarize(entry).settings;
  const related = { role_id: 4, role: 'Related' } as const;
  return {
    resources: [
      {
        ...set('uid', associationArn),
        name: `${namespace}/${serviceAccount}`,
        type: 'AWS::EKS::PodIdentityAssociation',
        namespace,
        region,
        role_id: 1,
        role: 'Target',
      },
      { name: clusterName, type: 'AWS::EKS::Cluster', region, ...related },
      ...[roleArn, targetRoleArn]
        .filter((arn) => arn !== null)
        .map((uid) => ({ uid, type: 'AWS::IAM::Role', ...related })),
    ],
  };
}

/** Ids of the policies that decided; empty when no policy permits the request. */
function policyOf({ policyIds, violations, policySetHash }: Decision) {
  const names = policyIds.length > 0 ? policyIds : violations.map(({ policyId }) => policyId);
  return {
    ...(names.length > 0 ? { name: names.join(', ') } : {}),
    type: 'Cedar',
    version: policySetHash,
    is_applied: true,
    ...(violations.length > 0 ? { desc: violations.map(({ message }) => message).join(' ') } : {}),
  };
}

function unmappedOf(entry: AuditEntry) {
  const { operationId, fence, target, before, reason, onBehalfOf, actor, invalidInput, ...rest } = entry;
  const { principal, declaration = null, findings, decision, eksRequestId, omitted, approvalKey = null } = rest;
  const { endingBefore = null, deleteDecision = null } = entry;
  return {
    operationId,
    ...set('fence', fence),
    ...set('approvalKey', approvalKey),
    ...set('target', target),
    ...set('cluster', entry.cluster ?? null),
    ...set('before', before),
    ...set('reason', reason),
    ...set('onBehalfOf', onBehalfOf),
    ...set('declaration', declaration),
    ...set('otherGroups', principal.otherGroups),
    ...set('actor', actor),
    ...set('invalidInput', invalidInput),
    ...(findings.length > 0 ? { findings } : {}),
    ...set('decision', decision),
    ...set('endingBefore', endingBefore),
    ...set('deleteDecision', deleteDecision),
    ...set('erasedEntries', entry.erasedEntries ?? null),
    ...(isErased(entry) ? { personalDataErased: true } : {}),
    ...set('eksRequestId', eksRequestId),
    ...(omitted.length > 0 ? { omitted } : {}),
  };
}

/** A field that is present only where it has a value: OCSF omits unknown values. */
function set<K extends string, V>(key: K, value: V | null): Partial<Record<K, NonNullable<V>>> {
  const field: Partial<Record<K, NonNullable<V>>> = {};
  if (value !== null && value !== undefined) field[key] = value;
  return field;
}
