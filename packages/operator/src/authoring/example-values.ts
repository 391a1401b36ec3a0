import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readInventoryText, readPolicies } from '../../../../src/policy/load.ts';

/** A value of documentation in a file of a deployment. */
export interface ExampleValue {
  readonly file: string;
  /** Line of the file, from 1. */
  readonly line: number;
  /** E.g. `111122223333` or `issuer.example`. */
  readonly value: string;
}

/** Accounts that the AWS documentation uses in examples. */
const exampleAccounts = '111122223333|123456789012|444455556666|777788889999';

/** Names that RFC 2606 and RFC 6761 reserve for documentation and tests. */
const exampleHosts = String.raw`(?:[\w-]+\.)*(?:example\.(?:com|net|org)|[\w-]+\.(?:example|invalid|test))`;

const exampleHost = new RegExp(`^${exampleHosts}$`);

const examples = new RegExp(String.raw`\b(?:${exampleAccounts})\b|\b${exampleHosts}\b`, 'g');

/**
 * The example values of a folder of policies: in its policies and in its inventory. A deployment
 * with them would trust an account or an issuer that is not the operator's.
 *
 * @param inventoryFile the inventory of the deployment; by default the one of the folder
 */
export function exampleValues(directory: string, inventoryFile?: string): readonly ExampleValue[] {
  const inventory = inventoryFile === undefined ? readInventoryText(directory) : readFileSync(inventoryFile, 'utf8');
  return [
    ...exampleValuesIn(inventoryFile ?? join(directory, 'inventory.json'), inventory),
    ...Object.entries(readPolicies(directory)).flatMap(([file, text]) => exampleValuesIn(join(directory, file), text)),
  ];
}

/** Whether a name of a host is reserved, so that no organization can own it. */
export function isExampleHost(hostname: string): boolean {
  return exampleHost.test(hostname);
}

/**
 * The example values in the strings of a JSON or Cedar text. Comments of Cedar have no effect, so
 * they are skipped.
 */
export function exampleValuesIn(file: string, text: string): readonly ExampleValue[] {
  return text.split('\n').flatMap((content, index) =>
    stringsOf(content)
      .flatMap((string) => string.match(examples) ?? [])
      .map((value) => ({ file, line: index + 1, value })),
  );
}

/**
 * The strings of a line. A string of JSON or Cedar ends on its line, unless a line break in it is
 * meant.
 */
function stringsOf(line: string): readonly string[] {
  return [...line.matchAll(/\/\/.*|"(?:[^"\\]|\\.)*"?/g)]
    .map(([token]) => token)
    .filter((token) => token.startsWith('"'));
}
