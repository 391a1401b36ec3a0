import * as v from 'valibot';
import { onBehalfOfFindings } from '../../validation/free-texts.ts';
import { isAccountId, isClusterName, isNamespace, isRegion } from '../../validation/names.ts';
import { parseRoleArn } from '../../validation/role-arns.ts';
import { isTimeZone } from './calendar.ts';
import { exactly, flag, list, text, wholeNumberIn } from './json.ts';
import { isRolePath } from './role-paths.ts';

// The items of the lists of the inventory, and their fields.

const group = text();
// Fields that other files of operators have too.
export const accountId = text('an AWS account ID: 12 digits in quotes', isAccountId);
export const region = text('an AWS region, such as "eu-central-1"', isRegion);
const roleArn = text(
  'an IAM role ARN, such as "arn:aws:iam::111122223333:role/pods/payments/payments-api"',
  (value) => parseRoleArn(value) !== null,
);
export const namespaceName = text(
  'a namespace, such as "payments", or a prefix and one star at the end, such as "payments-*"',
  (value) => isNamespace(value) || isNamespacePattern(value),
);

export const rolePath = text(
  'the path of roles with one segment {namespace}, such as "/pods/{namespace}/"',
  isRolePath,
);

/**
 * Whether a value is a prefix of namespace names and a star. The star is last, so that the longest
 * match is unique.
 */
function isNamespacePattern(value: string): boolean {
  return /^(?=.{1,63}$)([a-z0-9][a-z0-9-]*)?\*$/.test(value);
}

export const clusterName = text('the name of an EKS cluster', isClusterName);
export const timeZone = text('a time zone of the IANA database, such as "Europe/Berlin"', isTimeZone);
export const account = exactly({
  accountId,
  name: text(),
  regions: list(region),
  roleArn: v.nullish(roleArn, null),
  readRoleArn: v.nullish(roleArn, null),
});
export const environment = exactly({ name: text(), production: flag });
export const cluster = exactly({
  accountId,
  region,
  clusterName,
  environment: text(),
});
export const namespaceScope = exactly({
  environment: v.nullish(text(), null),
  accountId: v.nullish(accountId, null),
  region: v.nullish(region, null),
  clusterName: v.nullish(clusterName, null),
});
export const namespace = exactly({
  name: namespaceName,
  owners: list(group),
  system: v.nullish(flag, null),
  roleArns: v.nullish(list(roleArn), []),
  scope: v.nullish(namespaceScope, {}),
});
const serviceId = text(
  'the id of one service as whoami shows it: a star would stand for itself',
  (value) => value !== '' && !value.includes('*'),
);
export const service = exactly({
  id: serviceId,
  groups: list(group),
  mayNamePeople: flag,
  requestsPerSecond: v.nullish(wholeNumberIn(1, 1_000)),
});
export const permissionSet = exactly({
  accountId,
  roleName: text(
    'the name of a role of IAM Identity Center, such as "AWSReservedSSO_PlatformAdmin_0123456789abcdef"',
    (value) => /^AWSReservedSSO_[\w+=,.@-]+_[0-9a-f]+$/.test(value) && value.length <= 64,
  ),
  // IAM's UniqueId type: 16 to 128 characters; those of roles begin with AROA ("IAM identifiers" in
  // the IAM user guide).
  roleId: v.nullish(
    text('the unique ID of the role, such as "AROA0123456789ABCDEF0"', (value) => /^AROA[A-Z0-9]{12,124}$/.test(value)),
    null,
  ),
  groups: list(group),
});

export const personName = text(
  'a name as in onBehalfOf, such as "alice@example.com"',
  (value) => value !== '' && onBehalfOfFindings(value).length === 0,
);
export const person = exactly({ id: text(), names: v.nullish(list(personName), []), groups: list(group) });
