import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClientConfig, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type { BuildMiddleware, DeserializeMiddleware, HttpHandlerOptions, HttpRequest } from '@smithy/types';
import { clockCheckPlugin } from '../../runtime/clock-check.ts';
import type { ClockCheck } from '../../runtime/clock-check.ts';
import type { Clock } from '../../runtime/clock.ts';
import { makeDeadline } from '../../runtime/deadline.ts';
import type { Deadline } from '../../runtime/deadline.ts';
import { Sha256 } from '../../runtime/sha256.ts';
import { dynamoDbClientDefaults } from './request.ts';
import { ClockWrong } from '../ledger-unavailable.ts';

/**
 * By what the clock of a client is judged, and the key of an item of the idempotency table that its
 * function may read.
 */
export interface CheckedClock {
  readonly check: ClockCheck;
  readonly idempotencyTable: string;
  readonly readableKey: string;
}

/**
 * Opens a client whose calls can have deadlines. With a checked clock, it writes nothing while that
 * is wrong: calls throw `ClockWrong`.
 */
export function openDynamoDb(config: DynamoDBClientConfig, checked: CheckedClock | null = null): DynamoDBClient {
  const { requestHandler, ...defaults } = dynamoDbClientDefaults;
  const client: DynamoDBClient = new DynamoDBClient({
    ...defaults,
    requestHandler: new DeadlineHandler(requestHandler),
    sha256: Sha256,
    // By default, the SDK makes a signer for each request.
    signer: () => Promise.resolve(signer),
    ...config,
  });
  const signer = new SignatureV4({
    credentials: () => client.config.credentials(),
    region: () => client.config.region(),
    service: 'dynamodb',
    sha256: Sha256,
  });
  const { middlewareStack } = client;
  keepUserAgent(client);
  middlewareStack.add(passDeadline, { step: 'deserialize', priority: 'low', name: 'passDeadline' });
  if (checked === null) return client;
  middlewareStack.use(clockCheckPlugin(checked.check));
  middlewareStack.add(refuseWrites(client, checked), { step: 'deserialize', name: 'refuseWrites' });
  return client;
}

/**
 * Sends the same `User-Agent` with each request: the SDK, Node.js and the operating system. By
 * default, the SDK makes one for each request, which also lists the features that it uses, a tenth
 * of its processor time for a write.
 */
function keepUserAgent({ middlewareStack, config }: DynamoDBClient): void {
  let userAgent: string | null = null;
  const add: BuildMiddleware<ServiceInputTypes, ServiceOutputTypes> = (next) => async (args) => {
    userAgent ??= (await config.defaultUserAgentProvider())
      .map(([name, version]) =>
        [name, ...(version === undefined ? [] : [version])].join(name.includes('/') ? '#' : '/'),
      )
      .join(' ');
    (args.request as HttpRequest).headers['user-agent'] = userAgent;
    return next(args);
  };
  middlewareStack.remove('getUserAgentMiddleware');
  middlewareStack.add(add, { step: 'build', priority: 'low', name: 'keepUserAgent' });
}

/** The deadline of a call, by the input of its command, and then by its requests. */
const deadlines = new WeakMap<object, Deadline>();

/**
 * A client with a deadline, which shares everything with one that {@link openDynamoDb} opened: no
 * attempt of its calls begins after the deadline. The option `abortSignal` of the SDK would do so
 * too, but with it the SDK puts its middleware together again for each call.
 */
export function clientUntil(client: DynamoDBClient, deadline: Deadline): DynamoDBClient {
  return clientWith(client, () => deadline);
}

/** How long a call may take that no request or run waits for alone. Milliseconds. */
export const sharedCallMs = 10_000;

/**
 * A client each of whose calls has a deadline of its own: for what no request or run waits for
 * alone.
 */
export function clientWithin(client: DynamoDBClient, ms: number, clock: Clock): DynamoDBClient {
  return clientWith(client, () => makeDeadline(clock() + ms, clock));
}

function clientWith(client: DynamoDBClient, deadlineOfCall: () => Deadline): DynamoDBClient {
  const send = (command: GetItemCommand) => {
    deadlines.set(command.input, deadlineOfCall());
    return client.send(command);
  };
  // Inherits what is not replaced: the functions of the SDK that read pages ask whether it is one
  // of its clients.
  return Object.create(client, { send: { value: send } }) as DynamoDBClient;
}

type Middleware = DeserializeMiddleware<ServiceInputTypes, ServiceOutputTypes>;

/** Inside of the SDK's retries: each attempt has a request of its own. */
const passDeadline: Middleware = (next) => (args) => {
  const deadline = deadlines.get(args.input);
  if (deadline) deadlines.set(args.request as HttpRequest, deadline);
  return next(args);
};

/** Sends nothing after a deadline, and aborts what is open when it ends. */
class DeadlineHandler extends NodeHttpHandler {
  override handle(request: Parameters<NodeHttpHandler['handle']>[0], options: HttpHandlerOptions = {}) {
    const abortSignal = deadlines.get(request);
    return super.handle(request, abortSignal ? { ...options, abortSignal } : options);
  }
}

/** The commands that write nothing. */
const reads: ReadonlySet<string> = new Set(
  ['GetItem', 'BatchGetItem', 'TransactGetItems', 'Query', 'Scan', 'DescribeTable'].map((name) => `${name}Command`),
);

/**
 * Refuses writes while the clock is wrong: all of them have times. One that shows it by its answer
 * fails too, so that nothing follows from it. While it is wrong, an item is read before each write:
 * else a process that only writes would not recover.
 */
function refuseWrites(client: DynamoDBClient, { check, idempotencyTable, readableKey }: CheckedClock) {
  const probe = new GetItemCommand({ TableName: idempotencyTable, Key: { idempotencyKey: { S: readableKey } } });
  const requireRight = () => {
    if (check.isWrong()) throw new ClockWrong();
  };
  const refuse: Middleware = (next, { commandName = '' }) =>
    reads.has(commandName)
      ? next
      : async (args) => {
          if (check.isWrong()) await client.send(probe);
          requireRight();
          const result = await next(args);
          requireRight();
          return result;
        };
  return refuse;
}
