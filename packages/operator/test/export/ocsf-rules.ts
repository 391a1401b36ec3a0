import Ajv from 'ajv';

/**
 * OCSF's rules for class 6003 with the profiles cloud and security_control, for the attributes that the export uses: which
 * are required, of which type, with which values. No npm package contains its JSON schema, so the rules are transcribed
 * here. Source: https://github.com/ocsf/ocsf-schema: events/base_event.json, events/application/api_activity.json,
 * profiles/cloud.json, profiles/security_control.json, dictionary.json and objects/, as of 1.6 to 1.9; what 1.9.0 changed
 * (`actor.application` in place of `app_uid`) is from its CHANGELOG.md. It does not replace OCSF's own validator.
 */

type Attributes = Readonly<Record<string, object>>;

const string = { type: 'string', minLength: 1 };
const integer = { type: 'integer' };
const json = { not: { type: 'null' } };
const ip = { type: 'string', pattern: '^(?:\\d{1,3}(?:\\.\\d{1,3}){3}|[\\da-fA-F:.]*:[\\da-fA-F:.]*)$' };
const timestamp = { type: 'integer', minimum: 1e12 };
const entity = { name: string, uid: string };

const all = (type: object, names: readonly string[]) => Object.fromEntries(names.map((name) => [name, type]));

/** An object with these attributes and no other. */
function object(properties: Attributes, required: readonly string[] = [], atLeastOne: readonly string[] = []) {
  const anyOf = atLeastOne.map((name) => ({ required: [name] }));
  const rules = { type: 'object', properties, required, additionalProperties: false };
  return anyOf.length > 0 ? { ...rules, anyOf } : rules;
}

/** An id has one of these values, and the attribute `sibling` its caption; null for 99, whose caption is any text. */
function captions(id: string, sibling: string, values: Readonly<Record<number, string | null>>) {
  const pairs = Object.entries(values).map(([value, caption]) => ({
    properties: { [id]: { const: Number(value) }, [sibling]: caption === null ? string : { const: caption } },
    required: [sibling],
  }));
  return { if: { required: [id] }, then: { anyOf: pairs } };
}

const roles = { 0: 'Unknown', 1: 'Target', 2: 'Actor', 3: 'Affected', 4: 'Related', 99: null };
const userTypes = { 0: 'Unknown', 1: 'User', 2: 'Admin', 3: 'System', 4: 'Service', 99: null };
const severities = { 1: 'Informational', 2: 'Low', 3: 'Medium', 4: 'High', 5: 'Critical', 6: 'Fatal', 99: null };

const nameOrUid = object(entity, [], ['name', 'uid']);
const metadata = object(
  {
    version: { const: '1.9.0' },
    product: object({ ...entity, vendor_name: string, version: string }, [], ['name', 'uid']),
    profiles: { type: 'array', items: string },
    ...all(string, ['uid', 'original_event_uid', 'original_time', 'correlation_uid', 'event_code', 'log_name']),
  },
  ['version', 'product'],
);
const user = {
  ...object(
    { ...entity, type_id: integer, type: string, groups: { type: 'array', items: nameOrUid } },
    [],
    ['account', 'name', 'uid'],
  ),
  ...captions('type_id', 'type', userTypes),
};
const application = object({ ...entity, type: string }, [], ['uid', 'name']);
const actor = object(
  { user, idp: nameOrUid, session: object({ uid: string }), application },
  [],
  ['user', 'session', 'application'],
);
const request = object({ uid: string, data: json }, ['uid']);
const response = object({ error: string, error_message: string });
const api = object({ operation: string, service: nameOrUid, request, response }, ['operation']);
const account = {
  ...object({ ...entity, type_id: integer, type: string }, [], ['name', 'uid']),
  ...captions('type_id', 'type', { 10: 'AWS Account' }),
};
const resource = {
  ...object(
    { ...entity, type: string, namespace: string, region: string, role_id: integer, role: string },
    [],
    ['name', 'uid'],
  ),
  ...captions('role_id', 'role', roles),
};
const policy = object(
  { ...entity, type: string, version: string, desc: string, is_applied: { type: 'boolean' } },
  [],
  ['name', 'type', 'uid'],
);

/** The ids of an event, each with the attribute of its caption and with its values. */
const ids = [
  ['activity_id', 'activity_name', { 0: 'Unknown', 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete', 99: null }],
  ['category_uid', 'category_name', { 6: 'Application Activity' }],
  ['class_uid', 'class_name', { 6003: 'API Activity' }],
  ['severity_id', 'severity', { 0: 'Unknown', ...severities }],
  ['status_id', 'status', { 0: 'Unknown', 1: 'Success', 2: 'Failure', 99: null }],
  ['action_id', 'action', { 0: 'Unknown', 1: 'Allowed', 2: 'Denied', 3: 'Observed', 4: 'Modified', 99: null }],
  // The values of the 28 that apply here.
  [
    'disposition_id',
    'disposition',
    { 0: 'Unknown', 1: 'Allowed', 2: 'Blocked', 16: 'No Action', 17: 'Logged', 99: null },
  ],
] as const;

const event = {
  ...object(
    {
      ...all(integer, ['type_uid', 'timezone_offset', ...ids.map(([id]) => id)]),
      ...all(string, ['type_name', 'status_code', 'status_detail', 'message', ...ids.map(([, caption]) => caption)]),
      time: timestamp,
      metadata,
      actor,
      api,
      policy,
      unmapped: json,
      src_endpoint: object({ ip, name: string, svc_name: string }, [], ['ip', 'name', 'svc_name']),
      http_request: object({ uid: string, user_agent: string }),
      cloud: object({ provider: string, account, region: string }, ['provider']),
      resources: { type: 'array', items: resource },
    },
    [
      ...['activity_id', 'category_uid', 'class_uid', 'type_uid', 'severity_id'],
      ...['time', 'metadata', 'actor', 'api', 'src_endpoint', 'cloud'],
    ],
  ),
  allOf: ids.map(([id, caption, values]) => captions(id, caption, values)),
};

const validate = new Ajv({ allErrors: true, strict: false }).compile(event);

/** What is wrong with an event as JSON, each with its path; empty when nothing is. */
export function problemsOf(given: unknown): string[] {
  const written = JSON.parse(JSON.stringify(given)) as Readonly<Record<string, number>>;
  validate(written);
  const problems = (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const unknown = 'additionalProperty' in params ? `: ${params.additionalProperty}` : '';
    return `event${instancePath} ${message}${unknown}`;
  });
  const { class_uid, activity_id, type_uid } = written;
  const isTyped = type_uid === Number(class_uid) * 100 + Number(activity_id);
  return isTyped ? problems : [...problems, 'event/type_uid is not class_uid * 100 + activity_id'];
}
