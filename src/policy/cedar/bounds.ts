// What a policy folder may cost before Cedar or a parser sees it: bounds that one linear scan of
// each text checks. Publishing, the build and the functions apply the same ones, because all of
// them compile policies and parse JSON here.
import type { SchemaJson } from './cedar.ts';
import { jsonBrackets, scanPolicies, schemaBrackets, tooDeep, wordsWrittenOut } from './nesting.ts';

/**
 * The bounds. Within them, verifying a version takes at most a few seconds of a processor.
 */
export const bounds = {
  /** Bytes of all policy files together. */
  policyBytes: 400_000,
  /** Each takes about 1 ms to parse and to validate. */
  policies: 1_200,
  /**
   * Policies that can apply to one request: all but those about other places. Decisions and cold
   * starts grow with them.
   */
  applicable: 500,
  /**
   * Levels of an expression: Cedar's parser overflows its stack above 100, its JSON format ends at
   * about 60.
   */
  nesting: 50,
  schemaBytes: 20_000,
  schemaNesting: 20,
  /**
   * Combinations of principal type, action and resource type: Cedar validates each policy for each
   * of them.
   */
  requestTypes: 100,
  /**
   * Words of the schema, when the common types in it are written out: types in types can double
   * them with each.
   */
  schemaWords: 10_000,
  jsonNesting: 20,
  /**
   * Bytes of a JSON file, such as the inventory: with 10,000 namespaces it has 0.6 MB, and takes
   * about 0.1 s to parse and to check.
   */
  jsonBytes: 4_000_000,
  /** Each takes 2 to 3 ms. */
  cases: 1_500,
  caseBytes: 2_000_000,
  /**
   * Policies that can apply to one request, times cases: the most policies that are evaluated to
   * run the cases. Each takes about 0.02 ms.
   */
  evaluations: 50_000,
  /** Bytes of the inventories that are parsed to run the cases. */
  caseInventoryBytes: 20_000_000,
} as const;

/** The exceeded bound of the texts of a policy set, one line each, with file and line. */
export function policySourceProblems(schema: string, policies: Readonly<Record<string, string>>): readonly string[] {
  const tooLarge = sizeProblem('schema', Buffer.byteLength(schema), bounds.schemaBytes);
  if (tooLarge !== null) return [tooLarge];
  const schemaLine = tooDeep(schema, schemaBrackets, bounds.schemaNesting);
  if (schemaLine !== null) return [`schema:${schemaLine}: is nested deeper than ${bounds.schemaNesting} levels.`];
  if (wordsWrittenOut(schema) > bounds.schemaWords) {
    return [`schema: has more than ${bounds.schemaWords} words, with its types written out; use fewer types in types.`];
  }
  let [bytes, count] = [0, 0];
  for (const [file, text] of Object.entries(policies).sort(([one], [other]) => (one < other ? -1 : 1))) {
    bytes += Buffer.byteLength(file) + Buffer.byteLength(text);
    const problem = sizeProblem(`${file}: with the files before it`, bytes, bounds.policyBytes);
    if (problem !== null) return [problem];
    const { policyLines, deepLine } = scanPolicies(text, bounds.nesting);
    if (deepLine !== null) {
      const advice = 'write shorter conditions, a list (in […]), or several policies';
      return [`${file}:${deepLine}: an expression has more than ${bounds.nesting} levels; ${advice}.`];
    }
    const line = policyLines[bounds.policies - count];
    if (line !== undefined)
      return [`${file}:${line}: is policy ${bounds.policies + 1}; write at most ${bounds.policies}.`];
    count += policyLines.length;
  }
  return [];
}

/**
 * The exceeded bound of a schema that Cedar has parsed, but not yet used to validate policies; null
 * if it is within all bounds.
 */
export function requestTypesProblem(schema: SchemaJson<string>): string | null {
  const actions = Object.values(schema).flatMap((space) => Object.values(space.actions));
  const count = actions.reduce((sum, { appliesTo }) => {
    return sum + (appliesTo?.principalTypes.length ?? 0) * (appliesTo?.resourceTypes.length ?? 0);
  }, 0);
  if (count <= bounds.requestTypes) return null;
  return `schema: actions apply to ${count} combinations of principal and resource; write at most ${bounds.requestTypes}.`;
}

/**
 * The exceeded bound of policies that Cedar has parsed, as one line; null if they are within it.
 *
 * @param files of those that can apply to one request, the file of each
 */
export function applicableProblem(files: readonly string[]): string | null {
  if (files.length <= bounds.applicable) return null;
  const byFile = [...Map.groupBy(files, (file) => file)].sort(([, one], [, other]) => other.length - one.length);
  const places = byFile.map(([file, { length }]) => `${file} (${length})`).join(', ');
  return (
    `${files.length} policies can apply to one request; write at most ${bounds.applicable}. They are in ${places}. Those whose head names a namespace, or whose first ` +
    'condition begins with resource.namespace.name == "…", apply to requests about it only.'
  );
}

/** The exceeded bound of a JSON file, with file and line; null if it is within all bounds. */
export function jsonProblem(file: string, text: string, mostBytes: number): string | null {
  const tooLarge = sizeProblem(file, Buffer.byteLength(text), mostBytes);
  if (tooLarge !== null) return tooLarge;
  const line = tooDeep(text, jsonBrackets, bounds.jsonNesting);
  return line === null ? null : `${file}:${line} is nested deeper than ${bounds.jsonNesting} levels.`;
}

/** The exceeded bound of the files of cases, as one line; null if they are within all bounds. */
export function casesProblem(files: Readonly<Record<string, string>>): string | null {
  const names = Object.keys(files);
  if (names.length > bounds.cases) return `cases: there are ${names.length}; write at most ${bounds.cases}.`;
  const bytes = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return sizeProblem('cases: all of them', bytes, bounds.caseBytes);
}

/**
 * Why the cases take too long to run, as one line; null if they do not.
 *
 * @param policies how many can apply to one request
 * @param ownInventories how many cases change the inventory, which is parsed for each of them
 */
export function caseRunProblem(
  policies: number,
  cases: number,
  ownInventories: number,
  inventoryBytes: number,
): string | null {
  if (policies * cases > bounds.evaluations) {
    return (
      `cases: ${policies} policies that can apply to one request and ${cases} cases are more than ${bounds.evaluations} evaluations; ` +
      'write fewer of them, or policies about single namespaces.'
    );
  }
  if (ownInventories * inventoryBytes > bounds.caseInventoryBytes) {
    return (
      `cases: ${ownInventories} of them change an inventory of ${inventoryBytes} bytes, which is more than ` +
      `${bounds.caseInventoryBytes} together; use a smaller inventory for the cases.`
    );
  }
  return null;
}

function sizeProblem(what: string, bytes: number, most: number): string | null {
  return bytes > most ? `${what} has ${bytes} bytes; write at most ${most}.` : null;
}
