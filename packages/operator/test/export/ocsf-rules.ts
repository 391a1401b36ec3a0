/**
 * OCSF's rules for class 6003 with the profiles cloud and security_control, for the attributes that the export uses: which
 * are required, of which type, with which values. No npm package contains its JSON schema, so the rules are transcribed
 * here. Source: https://github.com/ocsf/ocsf-schema: events/base_event.json, events/application/api_activity.json,
 * profiles/cloud.json, profiles/security_control.json, dictionary.json and objects/, as of 1.6 to 1.9; what 1.9.0 changed
 * (`actor.application` in place of `app_uid`) is from its CHANGELOG.md. It does not replace OCSF's own validator.
 */
interface Rule {
  readonly type: 'string' | 'integer' | 'boolean' | 'ip' | 'timestamp' | 'json' | ObjectName;
  readonly array?: true;
  readonly required?: true;
  /** Values, with the caption that the sibling must have; `null` for 99, whose sibling is a value of the source. */
  readonly values?: Readonly<Record<number, string | null>>;
  /** Attribute with the caption. */
  readonly sibling?: string;
  readonly pattern?: RegExp;
}

interface Rules {
  readonly attributes: Readonly<Record<string, Rule>>;
  readonly atLeastOne?: readonly string[];
}

type ObjectName = keyof typeof objects;

const string = { type: 'string' } as const;
const requiredString = { type: 'string', required: true } as const;
const entity = { name: string, uid: string };
const nameOrUid = { attributes: entity, atLeastOne: ['name', 'uid'] };

const activity = { 0: 'Unknown', 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete', 99: null };
const severity = {
  0: 'Unknown',
  1: 'Informational',
  2: 'Low',
  3: 'Medium',
  4: 'High',
  5: 'Critical',
  6: 'Fatal',
  99: null,
};
const action = { 0: 'Unknown', 1: 'Allowed', 2: 'Denied', 3: 'Observed', 4: 'Modified', 99: null };
/** The values of the 28 that apply here. */
const disposition = { 0: 'Unknown', 1: 'Allowed', 2: 'Blocked', 16: 'No Action', 17: 'Logged', 99: null };
const userType = { 0: 'Unknown', 1: 'User', 2: 'Admin', 3: 'System', 4: 'Service', 99: null };
const role = { 0: 'Unknown', 1: 'Target', 2: 'Actor', 3: 'Affected', 4: 'Related', 99: null };

const objects = {
  event: {
    attributes: {
      activity_id: { type: 'integer', required: true, values: activity, sibling: 'activity_name' },
      activity_name: string,
      category_uid: {
        type: 'integer',
        required: true,
        values: { 6: 'Application Activity' },
        sibling: 'category_name',
      },
      category_name: string,
      class_uid: { type: 'integer', required: true, values: { 6003: 'API Activity' }, sibling: 'class_name' },
      class_name: string,
      type_uid: { type: 'integer', required: true },
      type_name: string,
      severity_id: { type: 'integer', required: true, values: severity, sibling: 'severity' },
      severity: string,
      status_id: { type: 'integer', values: { 0: 'Unknown', 1: 'Success', 2: 'Failure', 99: null }, sibling: 'status' },
      status: string,
      status_code: string,
      status_detail: string,
      message: string,
      time: { type: 'timestamp', required: true },
      timezone_offset: { type: 'integer' },
      metadata: { type: 'metadata', required: true },
      actor: { type: 'actor', required: true },
      api: { type: 'api', required: true },
      src_endpoint: { type: 'network_endpoint', required: true },
      http_request: { type: 'http_request' },
      cloud: { type: 'cloud', required: true },
      resources: { type: 'resource_details', array: true },
      action_id: { type: 'integer', values: action, sibling: 'action' },
      action: string,
      disposition_id: { type: 'integer', values: disposition, sibling: 'disposition' },
      disposition: string,
      policy: { type: 'policy' },
      unmapped: { type: 'json' },
    },
  },
  metadata: {
    attributes: {
      version: { ...requiredString, pattern: /^1\.9\.0$/ },
      product: { type: 'product', required: true },
      profiles: { type: 'string', array: true },
      uid: string,
      original_event_uid: string,
      original_time: string,
      correlation_uid: string,
      event_code: string,
      log_name: string,
    },
  },
  product: { attributes: { ...entity, vendor_name: string, version: string }, atLeastOne: ['name', 'uid'] },
  actor: {
    attributes: {
      user: { type: 'user' },
      idp: { type: 'idp' },
      session: { type: 'session' },
      application: { type: 'application' },
    },
    atLeastOne: ['user', 'session', 'application'],
  },
  user: {
    attributes: {
      ...entity,
      type_id: { type: 'integer', values: userType, sibling: 'type' },
      type: string,
      groups: { type: 'group', array: true },
    },
    atLeastOne: ['account', 'name', 'uid'],
  },
  group: nameOrUid,
  idp: nameOrUid,
  session: { attributes: { uid: string } },
  application: { attributes: { ...entity, type: string }, atLeastOne: ['uid', 'name'] },
  api: {
    attributes: {
      operation: requiredString,
      service: { type: 'service' },
      request: { type: 'request' },
      response: { type: 'response' },
    },
  },
  service: nameOrUid,
  request: { attributes: { uid: requiredString, data: { type: 'json' } } },
  response: { attributes: { error: string, error_message: string } },
  network_endpoint: {
    attributes: { ip: { type: 'ip' }, name: string, svc_name: string },
    atLeastOne: ['ip', 'name', 'svc_name'],
  },
  http_request: { attributes: { uid: string, user_agent: string } },
  cloud: { attributes: { provider: requiredString, account: { type: 'account' }, region: string } },
  account: {
    attributes: {
      ...entity,
      type_id: { type: 'integer', values: { 10: 'AWS Account' }, sibling: 'type' },
      type: string,
    },
    atLeastOne: ['name', 'uid'],
  },
  resource_details: {
    attributes: {
      ...entity,
      type: string,
      namespace: string,
      region: string,
      role_id: { type: 'integer', values: role, sibling: 'role' },
      role: string,
    },
    atLeastOne: ['name', 'uid'],
  },
  policy: {
    attributes: { ...entity, type: string, version: string, desc: string, is_applied: { type: 'boolean' } },
    atLeastOne: ['name', 'type', 'uid'],
  },
} as const satisfies Record<string, { attributes: Record<string, unknown>; atLeastOne?: readonly string[] }>;

const ip = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:.]*:[\da-f:.]*)$/i;

/** What is wrong with an event, each with its path; empty when nothing is. */
export function problemsOf(event: unknown): string[] {
  const problems = problemsOfObject('event', 'event', event);
  if (problems.length > 0 || typeof event !== 'object' || event === null) return problems;
  const { class_uid, activity_id, type_uid } = event as Record<string, number>;
  return type_uid === Number(class_uid) * 100 + Number(activity_id)
    ? []
    : ['type_uid is not class_uid * 100 + activity_id'];
}

function problemsOfObject(path: string, name: ObjectName, value: unknown): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is not an object`];
  const { attributes, atLeastOne = [] }: Rules = objects[name];
  const fields = new Map(Object.entries(value));
  const unknown = [...fields.keys()].filter((key) => !(key in attributes)).map((key) => `${path}.${key} is unknown`);
  const lacks = atLeastOne.length > 0 && !atLeastOne.some((key) => fields.has(key));
  return [
    ...unknown,
    ...(lacks ? [`${path} has none of ${atLeastOne.join(', ')}`] : []),
    ...Object.entries(attributes).flatMap(([key, rule]) => {
      const there = fields.get(key) as unknown;
      if (there === undefined) return rule.required && !fields.has(key) ? [`${path}.${key} is missing`] : [];
      return problemsOfAttribute(`${path}.${key}`, rule, there, fields);
    }),
  ];
}

function problemsOfAttribute(path: string, rule: Rule, value: unknown, siblings: Map<string, unknown>): string[] {
  if (rule.array) {
    if (!Array.isArray(value)) return [`${path} is not an array`];
    return value.flatMap((item, index) => problemsOfValue(`${path}.${index}`, rule, item));
  }
  return [...problemsOfValue(path, rule, value), ...problemsOfSibling(path, rule, value, siblings)];
}

function problemsOfSibling(path: string, rule: Rule, value: unknown, siblings: Map<string, unknown>): string[] {
  if (!rule.values) return [];
  const caption = rule.values[Number(value)];
  if (caption === undefined) return [`${path} is ${String(value)}`];
  const given = siblings.get(rule.sibling ?? '');
  const fits = caption === null ? typeof given === 'string' && given !== '' : given === caption;
  return fits ? [] : [`${path} is ${String(value)}, and ${rule.sibling ?? ''} is ${String(given)}`];
}

function problemsOfValue(path: string, { type, pattern }: Rule, value: unknown): string[] {
  if (isObjectName(type)) return problemsOfObject(path, type, value);
  switch (type) {
    case 'json':
      return value === null ? [`${path} is null`] : [];
    case 'integer':
      return Number.isSafeInteger(value) ? [] : [`${path} is not an integer`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path} is not a boolean`];
    case 'timestamp':
      return Number.isSafeInteger(value) && Number(value) > 1e12 ? [] : [`${path} is not a time in milliseconds`];
    case 'ip':
      return typeof value === 'string' && ip.test(value) ? [] : [`${path} is not an IP address`];
    case 'string':
      return typeof value === 'string' && value !== '' && (pattern?.test(value) ?? true)
        ? []
        : [`${path} is not a string`];
  }
}

function isObjectName(type: Rule['type']): type is ObjectName {
  return type in objects;
}
