import { cpSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policySetFile, readPolicySet } from '../../src/policy/load.ts';
import { startDynamoDbLocal } from './dynamodb-local.ts';
import type { DynamoDbLocal } from './dynamodb-local.ts';

declare global {
  /** The DynamoDB Local that the teardown stops; undefined if it was not started here. */
  var startedDynamoDb: DynamoDbLocal | undefined;
  /** Whether the tests have what they share. */
  var isSetUp: boolean | undefined;
}

const root = join(import.meta.dirname, '..', '..');

/** Provides what all test files share: a DynamoDB, the shipped policies as a build compiles them, and a folder for `sharedWork`. */
export default async function setUp(): Promise<void> {
  // Another project of this run has provided it.
  if (globalThis.isSetUp === true) return;
  globalThis.isSetUp = true;
  compilePolicies();
  process.env.SHARED_WORK = mkdtempSync(join(tmpdir(), 'shared-work-'));
  await provideDynamoDb();
}

/** Compiles the shipped policies into a folder, which it names in `COMPILED_POLICIES`. The teardown removes it. */
function compilePolicies(): void {
  const folder = mkdtempSync(join(tmpdir(), 'compiled-policies-'));
  cpSync(join(root, 'policies'), folder, { recursive: true });
  writeFileSync(join(folder, policySetFile), JSON.stringify(readPolicySet(folder)));
  process.env.COMPILED_POLICIES = folder;
}

/**
 * Provides a DynamoDB for the tests: the endpoint in `AWS_ENDPOINT_URL_DYNAMODB`, or else DynamoDB Local, whose endpoint it
 * sets in that variable. If DynamoDB Local cannot start, it prints a notice and the tests run on SQLite only; in CI it
 * throws.
 */
async function provideDynamoDb(): Promise<void> {
  if (process.env.AWS_ENDPOINT_URL_DYNAMODB) return;
  try {
    globalThis.startedDynamoDb = await startDynamoDbLocal(join(root, '.cache'));
    process.env.AWS_ENDPOINT_URL_DYNAMODB = globalThis.startedDynamoDb.endpoint;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const notice =
      `DynamoDB Local cannot be started: ${reason}. It requires java 17 or later (Debian: apt-get install ` +
      'openjdk-17-jre-headless) and, on the first run, tar, npm and its registry. Or set AWS_ENDPOINT_URL_DYNAMODB.';
    if (process.env.CI) throw new Error(notice, { cause: error });
    process.stderr.write(`Tests on DynamoDB are skipped. ${notice}\n`);
  }
}
