import { readConnection, readProfile } from '../aws/settings.ts';
import { readSharedConfig } from '../aws/shared-config/shared-config.ts';
import type { Host } from '../host.ts';
import { makeGatewayClient } from '../../../client/src/client/client.ts';
import { gatewayOf } from '../../../client/src/client/transport.ts';
import { makeFetch } from '../gateway/http.ts';
import { cacheFile, readCached, writeCached } from './cache.ts';
import { credentialsAtHand } from './credentials.ts';
import { readLine } from './line.ts';
import type { Line } from './line.ts';
import { ask, eventValues, questionOf } from './question.ts';

/** Who presses the tab key waits so long, and for the start of the program. Milliseconds. */
const limitMs = 1_300;

/** The most values that a shell gets. */
const maxValues = 200;

/**
 * Prints the values that the last word of a line can have, a line each, for completion scripts.
 * Whatever fails, it prints nothing, also on standard error, and succeeds: who types a line did not
 * ask for a message.
 */
export async function complete(args: readonly string[], host: Host): Promise<0> {
  try {
    const line = readLine(args[0] === '--' ? args.slice(1) : args);
    if (line === null) return 0;
    const { current } = line;
    const values = line.parameter === 'events' ? eventValues(current) : await valuesFromGateway(line, host);
    const offered = [...new Set(values)].filter((value) => value.startsWith(current) && isPlain(value)).sort();
    host.write(
      offered
        .slice(0, maxValues)
        .map((value) => `${value}\n`)
        .join(''),
    );
  } catch {
    // Nothing is offered.
  }
  return 0;
}

/**
 * Whether a value can be shown in a terminal, and can't be mistaken for an option. A shell quotes
 * all others of its special characters.
 */
function isPlain(value: string): boolean {
  return value.length <= 2_048 && /^[^-]/.test(value) && !/[\p{C}\p{Zl}\p{Zp}]/u.test(value);
}

async function valuesFromGateway(line: Line, { environment, version }: Host): Promise<readonly string[]> {
  const config = readSharedConfig(environment);
  const profile = readProfile(line.globals, config, environment);
  const connection = readConnection(line.globals, profile, environment);
  const question = questionOf(line, connection.region);
  if (question === null || connection.endpointUrl === null || connection.missingProfile !== null) return [];
  const url = gatewayOf(connection.endpointUrl);
  const found = await credentialsAtHand(connection, url, { environment, config });
  if (found === null) return [];
  const file = cacheFile(environment, [url, found.authentication.route, found.identity, question]);
  const cached = readCached(file);
  if (cached !== null) return cached;
  const client = makeGatewayClient({
    url,
    authentication: found.authentication,
    fetch: makeFetch(connection, environment),
    timeoutMs: null,
    retries: { maxAttempts: 1 },
    headers: { 'user-agent': version },
  });
  const values = await withinLimit((signal) => ask(client, question, signal));
  writeCached(file, values);
  return values;
}

/** Ends also what does not listen to its signal, such as the resolution of a name. */
async function withinLimit<Value>(run: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('The time is over.'));
      limit.abort();
    }, limitMs);
  });
  const result = run(limit.signal);
  result.catch(() => undefined);
  return Promise.race([result, over]).finally(() => clearTimeout(timer));
}
