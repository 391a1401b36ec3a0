/** A parameter of a link that can't be read. */
export interface ParamProblem {
  readonly name: string;
  readonly value: string;
  /** What its value has to be. */
  readonly expected: string;
  /** What was meant, if that is clear, e.g. without the full stop that a chat put after a link. */
  readonly suggestion: string | null;
}

/** The values that a parameter can have. */
interface ParamType {
  readonly fits: (value: string) => boolean;
  readonly expected: string;
}

/** RFC 3339, as the API reads times. */
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

const time: ParamType = {
  fits: (value) => dateTime.test(value) && !Number.isNaN(Date.parse(value)),
  expected: 'a time with its zone, e.g. 2026-11-24T10:00:00Z',
};
const place: ParamType = {
  fits: (value) => /^[^/]+(\/[^/]+){4}$/.test(value),
  expected: 'account/region/cluster/namespace/service account',
};
const names: ParamType = {
  fits: (value) => /^[A-Z_]+(,[A-Z_]+)*$/.test(value),
  expected: 'names of the API with commas between them, e.g. DENIED,REFUSED',
};
const oneOf = (...values: readonly string[]): ParamType => ({
  fits: (value) => values.includes(value),
  expected: values.join(' or '),
});

/** The parameters that are not just texts. */
const types: Readonly<Record<string, ParamType>> = {
  asOf: time,
  since: time,
  until: time,
  expiresAt: time,
  events: names,
  operationKinds: names,
  refusalCodes: names,
  'fleet.open': place,
  origin: oneOf('OPERATION', 'ADOPTED', 'ADD_ON', 'OUTSIDE'),
  group: oneOf('account', 'cluster', 'namespace', 'role'),
  show: oneOf('picture'),
  scope: oneOf('principal', 'cluster', 'association', 'operation', 'gateway'),
  comparedWith: oneOf('PREVIOUS_VERSION', 'PACKAGE'),
  action: oneOf('delete'),
  ifExists: oneOf('ADOPT'),
  disableSessionTags: oneOf('true', 'false'),
  reads: oneOf('shown'),
  utc: oneOf('1'),
};

/** What is wrong with the parameters of a view. Views read only parameters without problems. */
export function paramProblems(view: string, params: URLSearchParams): readonly ParamProblem[] {
  return [...params].flatMap(([name, value]) => {
    const type = types[`${view}.${name}`] ?? types[name];
    if (type === undefined || value === '' || type.fits(value)) return [];
    const { fits, expected } = type;
    return [{ name, value, expected, suggestion: repaired(value).find(fits) ?? null }];
  });
}

/** What a value may have been before it was copied: chats add punctuation, and `+` is a space. */
function repaired(value: string): readonly string[] {
  const trimmed = value.replace(/^[\s<("'`]+|[\s.,;:!?>)\]"'`]+$/g, '');
  return [trimmed, trimmed.replaceAll(' ', '+'), trimmed.toUpperCase()];
}
