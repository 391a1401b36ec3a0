import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { runtimeClient } from '../support/lambda-runtime-client.ts';
import { closeAtEnd } from '../support/left-open.ts';

/** The result of an invocation, or of the start of a function. */
type Outcome =
  | { readonly kind: 'answered'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: { readonly errorType: string; readonly errorMessage: string } };

/** A function in its own execution environment. */
export interface RunningFunction {
  /** Sends an event and waits for the result. If the function failed to start, the result is that failure. */
  invoke(event: unknown): Promise<Outcome>;
  /** The lines that the function has written so far. */
  log(): string[];
  stop(): Promise<void>;
}

/** The configuration of a function. */
export interface FunctionSettings {
  /** The folder of the unpacked package. */
  readonly taskRoot: string;
  /** E.g. `dist/graphql.handler`. */
  readonly handler: string;
  /** Seconds. */
  readonly timeout: number;
  /** The function's own variables, in addition to those that Lambda sets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The credentials of every function under test. */
export const functionCredentials = { accessKeyId: 'test', secretAccessKey: 'test' };

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly end: (outcome: Outcome) => void;
}

/** Runs a function as Lambda does: with AWS's runtime client under Node and the variables of an execution environment. */
export async function runFunction(settings: FunctionSettings): Promise<RunningFunction> {
  const api = await openRuntimeApi(settings.timeout);
  const child = start(settings, api.port);
  child.onExit((errorMessage) => {
    api.failAll({ kind: 'failed', error: { errorType: 'Exit', errorMessage } });
  });
  return {
    invoke: api.invoke,
    log: child.log,
    stop: async () => {
      await child.stop();
      api.close();
    },
  };
}

/**
 * The Runtime API (version 2018-06-01), from which the runtime client reads events and to which it posts results. Source:
 * "Using the Lambda runtime API for custom runtimes" in Lambda's developer guide.
 */
async function openRuntimeApi(timeout: number) {
  const queue: Invocation[] = [];
  const open = new Map<string, Invocation>();
  let waiting: ServerResponse | null = null;
  let failure: Outcome | null = null;

  const deliver = () => {
    const invocation = waiting && queue.shift();
    if (!waiting || !invocation) return;
    open.set(invocation.id, invocation);
    waiting.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(Date.now() + timeout * 1000),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-central-1:111122223333:function:under-test',
    });
    waiting.end(JSON.stringify(invocation.event));
    waiting = null;
  };
  const failAll = (outcome: Outcome) => {
    failure ??= outcome;
    for (const { end } of [...queue.splice(0), ...open.values()]) end(failure);
  };
  const take = (path: string, body: unknown) => {
    const failed = { kind: 'failed', error: body as { errorType: string; errorMessage: string } } as const;
    if (path === 'init/error') failAll(failed);
    const [, id = '', verb] = path.split('/');
    open.get(id)?.end(verb === 'response' ? { kind: 'answered', value: body } : failed);
    open.delete(id);
  };
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.replace('/2018-06-01/runtime/', '') ?? '';
    if (path === 'invocation/next') {
      waiting = response;
      deliver();
      return;
    }
    const text = Buffer.concat(await request.toArray()).toString();
    response.writeHead(202).end('{"status":"OK"}');
    take(path, JSON.parse(text));
  };

  const server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The Runtime API has no port.');
  const invoke = (event: unknown) =>
    new Promise<Outcome>((end) => {
      if (failure) end(failure);
      else queue.push({ id: randomUUID(), event, end });
      deliver();
    });
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port: address.port, invoke, failAll, close };
}

function start({ taskRoot, handler, environment }: FunctionSettings, port: number) {
  // The environment of this process is not inherited: a function gets only its own variables.
  const env = {
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
    AWS_LAMBDA_FUNCTION_NAME: 'under-test',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/under-test',
    AWS_LAMBDA_LOG_STREAM_NAME: 'test',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: functionCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: functionCredentials.secretAccessKey,
    LAMBDA_TASK_ROOT: taskRoot,
    _HANDLER: handler,
    TZ: ':UTC',
    ...environment,
  };
  const child = spawn(process.execPath, [runtimeClient], { cwd: taskRoot, env });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n').filter(Boolean)));
  }
  const exited = once(child, 'exit');
  const stop = closeAtEnd(() => {
    child.kill('SIGKILL');
    return exited;
  });
  return {
    log: () => lines,
    onExit: (then: (reason: string) => void) =>
      void exited.then(() => {
        then(`The process exited.\n${lines.join('\n')}`);
      }),
    stop,
  };
}
