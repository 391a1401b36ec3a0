import { createHash } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { stringify } from 'safe-stable-stringify';
import * as v from 'valibot';
import { anyText, exactly, parseJson } from '../policy/inventory/json.ts';

/**
 * Policies with what verifies them, and an inventory: what a policy version puts in force, as the
 * texts of its files. Immutable.
 */
export interface PolicyFiles {
  /** `schema.cedarschema`. */
  readonly schema: string;
  /** The `*.cedar` files by name. */
  readonly policies: Readonly<Record<string, string>>;
  /** `required-policies.json`. */
  readonly required: string;
  /** The cases by their file, such as `cases/allow/owner-creates.json`. */
  readonly cases: Readonly<Record<string, string>>;
  /** The inventory that the cases use, which is usually an example. */
  readonly caseInventory: string;
  /** The inventory of the deployment. */
  readonly inventory: string;
}

/** What verifies the policies of a version: all but the inventory of the deployment. */
export type VerifiedFiles = Omit<PolicyFiles, 'inventory'>;

/**
 * SHA-256 (hex) of policies with everything that their verification follows from, but the gateway
 * itself, as canonical JSON.
 */
export function verificationHash({ schema, policies, required, cases, caseInventory }: VerifiedFiles): string {
  const verified: VerifiedFiles = { schema, policies, required, cases, caseInventory };
  return sha256(stringify(verified));
}

/** Policies as they are stored. */
export interface PackedPolicies {
  /** SHA-256 (hex) of the files as canonical JSON, by which they are found. */
  readonly hash: string;
  /** The canonical JSON, compressed by Brotli. */
  readonly content: Uint8Array;
}

/**
 * The most bytes of `content`: an item of DynamoDB has at most 400 KB, and needs some for its other
 * attributes.
 */
const maxContentBytes = 390_000;

/**
 * The most bytes of the files as JSON. A text that repeats itself could otherwise become very large
 * again.
 */
const maxTextBytes = 16_000_000;

/** Packs the files of a version. Throws an Error if they are too large for the store. */
export function packPolicies(files: PolicyFiles): PackedPolicies {
  const json = stringify(files);
  const content = brotliCompressSync(json);
  if (content.length > maxContentBytes || Buffer.byteLength(json) > maxTextBytes) {
    throw new Error(
      `Policies, cases and inventory have ${Buffer.byteLength(json)} bytes, ${content.length} compressed; ` +
        `a version has at most ${maxTextBytes}, ${maxContentBytes} compressed. ` +
        'Deploy these policies with the package, or use patterns of namespaces instead of single names in the inventory.',
    );
  }
  return { hash: sha256(json), content };
}

/**
 * Unpacks the files of a version. Throws an Error if the content does not match the hash, or is not
 * policies.
 */
export function unpackPolicies({ hash, content }: PackedPolicies): PolicyFiles {
  const json = brotliDecompressSync(content, { maxOutputLength: maxTextBytes }).toString('utf8');
  const found = sha256(json);
  if (found !== hash) throw new Error(`The content of the policies ${hash} has the hash ${found}.`);
  return parseJson(`Policies ${hash}`, json, filesSchema, maxTextBytes);
}

const texts = v.record(v.string(), anyText);

const filesSchema = exactly({
  schema: anyText,
  policies: texts,
  required: anyText,
  cases: texts,
  caseInventory: anyText,
  inventory: anyText,
});

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
