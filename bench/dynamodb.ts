import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

/** The parameters of a put that the gateway's ledger sends. */
interface Put {
  readonly TableName: string;
  readonly Item: Item;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

/** The body of any of the requests below. */
interface Body extends Put {
  readonly Key: Item;
  readonly TransactItems: readonly { readonly Put?: Put }[];
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/**
 * A DynamoDB in memory with what a mutation needs: GetItem, PutItem and TransactWriteItems of puts,
 * with their conditions. Updates, which are of the state of an association, succeed and are not
 * kept. It answers within a millisecond, so that a benchmark measures its client. Not for tests:
 * those use DynamoDB Local.
 *
 * @param delayMs how long every answer waits
 */
export async function startDynamoDb(delayMs = 0): Promise<{ port: number; clear: () => void; stop: () => void }> {
  const items = new Map<string, Item>();
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
    const { status, body } = answer(items, operation, JSON.parse(await text(request)) as Body);
    const send = () =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    if (delayMs > 0) setTimeout(send, delayMs);
    else send();
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: address.port, clear: () => items.clear(), stop };
}

function answer(items: Map<string, Item>, operation: string, body: Body): Answer {
  switch (operation) {
    case 'GetItem': {
      const found = items.get(keyOf(body.TableName, body.Key));
      return { status: 200, body: found === undefined ? {} : { Item: found } };
    }
    case 'PutItem':
      return meets(items, body) ? write(items, [body]) : refused('ConditionalCheckFailedException', {});
    case 'TransactWriteItems': {
      const puts = body.TransactItems.flatMap(({ Put }) => Put ?? []);
      const reasons = body.TransactItems.map(({ Put: put }) =>
        put === undefined || meets(items, put)
          ? { Code: 'None' }
          : { Code: 'ConditionalCheckFailed', Item: items.get(keyOf(put.TableName, put.Item)) },
      );
      const failed = reasons.some(({ Code }) => Code !== 'None');
      return failed ? refused('TransactionCanceledException', { CancellationReasons: reasons }) : write(items, puts);
    }
    default:
      return refused('UnknownOperationException', { message: operation });
  }
}

function write(items: Map<string, Item>, puts: readonly Put[]): Answer {
  for (const put of puts) items.set(keyOf(put.TableName, put.Item), put.Item);
  return { status: 200, body: {} };
}

function refused(exception: string, fields: object): Answer {
  return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${exception}`, ...fields } };
}

/**
 * The key of a record is `idempotencyKey`, in the first builds `tokenKey`, that of an entry
 * `operationId` and `entryId`.
 */
function keyOf(table: string, { idempotencyKey, tokenKey = idempotencyKey, operationId, entryId }: Item): string {
  return [table, ...(tokenKey ? [tokenKey.S] : [operationId?.S, entryId?.S])].join('/');
}

/**
 * Whether the stored item meets the condition of a put: terms joined by AND, in alternatives joined
 * by OR.
 */
function meets(items: Map<string, Item>, put: Put): boolean {
  if (put.ConditionExpression === undefined) return true;
  const stored = items.get(keyOf(put.TableName, put.Item)) ?? {};
  const named = (name: string) => stored[put.ExpressionAttributeNames?.[name] ?? name];
  const given = (name: string) => put.ExpressionAttributeValues?.[name];
  const holds = (term: string): boolean => {
    if (term.startsWith('NOT ')) return !holds(term.slice(4));
    const [, absent] = /^attribute_not_exists\((.+)\)$/.exec(term) ?? [];
    if (absent !== undefined) return named(absent) === undefined;
    const [, left = '', operator, right = ''] = /^(\S+) (=|<=) (\S+)$/.exec(term) ?? [];
    if (operator === '=') return JSON.stringify(named(left)) === JSON.stringify(given(right));
    if (operator === '<=') return Number(named(left)?.N) <= Number(given(right)?.N);
    throw new Error(`This DynamoDB does not know the condition ${term}.`);
  };
  return put.ConditionExpression.split(' OR ').some((terms) => terms.split(' AND ').every(holds));
}
