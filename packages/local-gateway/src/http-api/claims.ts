/**
 * The claims of a token as API Gateway's HTTP API hands them to a function: every value a string,
 * lists and objects in the notation of Go's `fmt`: `"[a b]"`, `"map[sub:x]"`, `"true"`,
 * `"1700000000"`. A claim that is null is left out.
 *
 * AWS does not document this; it was observed on the real service (lists and numbers in many public
 * reports, objects in aws/aws-lambda-go issue 570). The notation is lossy: a space inside a list's
 * member looks like a separator.
 */
export function flattenClaims(payload: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(payload).flatMap(([name, value]) => (value === null ? [] : [[name, inGoNotation(value)]])),
  );
}

function inGoNotation(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(inGoNotation).join(' ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => [name, inGoNotation(member)] as const);
  // Go sorts the keys of a map by bytes, so the order in the token is lost.
  members.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `map[${members.map(([name, member]) => `${name}:${member}`).join(' ')}]`;
}
