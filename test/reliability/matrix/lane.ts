import { once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Answer, Fault } from './faults.ts';
import { stepName, stepOf } from './steps.ts';
import type { Step, WireRequest } from './steps.ts';

/** The one way out of a process: all that it sends to EKS and to DynamoDB goes through it, and can meet a fault. */
export interface Lane {
  /** For EKS and for DynamoDB. */
  readonly url: string;
  /** What was sent, in its order; the client's own repetitions are not counted. */
  readonly steps: readonly Step[];
  /** Resolves when the fault that was planned has come to the point where the case must go on. */
  readonly struck: Promise<undefined>;
  /** Whether it has come that far, and whether it has met its request at all. */
  readonly hasStruck: () => boolean;
  readonly hasMet: () => boolean;
  /** Carries out what a fault put off, and gives the answer to a process that was frozen. */
  readonly goOn: () => Promise<void>;
  /** The process is gone: nothing that it does reaches anybody any more. */
  readonly kill: () => void;
  readonly close: () => Promise<void>;
}

/** A fault for one step of a lane, and what happens beside it. */
export interface Plan {
  /** Index of the step, and its name: a road that is not the one that was planned for does not meet the fault. */
  readonly at: number;
  readonly step: string;
  readonly fault: Fault;
  /** What somebody else does just before the request is carried out. */
  readonly meanwhile: () => Promise<void>;
}

const agent = new Agent({ keepAlive: true });

/** Opens a lane on a free port, to the given addresses. */
export async function openLane(to: { eks: string; dynamoDb: string }, plan: Plan | null): Promise<Lane> {
  const seen: { key: string; step: Step }[] = [];
  const struck = Promise.withResolvers<undefined>();
  let hasMet = false;
  let hasStruck = false;
  const strike = () => {
    hasStruck = true;
    struck.resolve(undefined);
  };
  const putOff = Promise.withResolvers<undefined>();
  let putOffDone: Promise<unknown> = Promise.resolve();
  const underWay = new Set<Promise<unknown>>();
  let dead = false;

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => {
      outgoing.destroy();
      strike();
    });
  });

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const wire = await read(incoming);
    if (dead) {
      outgoing.destroy();
      return;
    }
    const { index, isFirst } = note(seen, wire);
    const forward = () => {
      const sending = send(wire.target === null ? to.eks : to.dynamoDb, incoming, wire.body);
      underWay.add(sending);
      return sending;
    };
    const isPlanned = plan?.at === index && plan.step === stepName(stepOf(wire));
    const fault = isPlanned && (isFirst || plan.fault.lasts) ? plan.fault : null;
    if (!isPlanned || !fault) {
      reply(outgoing, await forward());
      return;
    }

    hasMet = true;
    if (isFirst) await plan.meanwhile();
    const effect = isFirst ? fault.effect : 'none';
    if (effect === 'later' || effect === 'frozen') {
      strike();
      putOffDone = putOff.promise.then(forward);
    }
    const answer = effect === 'now' ? await forward() : effect === 'frozen' ? ((await putOffDone) as Received) : null;
    if (fault.answer === 'true' && answer) reply(outgoing, answer);
    if (fault.answer === 'cut') outgoing.destroy();
    if (typeof fault.answer === 'object') reply(outgoing, written(fault.answer, wire));
    if (fault.dies) die(fault.answer === 'true' ? outgoing : null);
    strike();
  }

  /** What the answer has left to do is done; then nothing goes in or out. */
  function die(answering: ServerResponse | null): void {
    dead = true;
    const cut = () => server.closeAllConnections();
    if (answering) answering.once('finish', () => setImmediate(cut));
    else cut();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No free port was given.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    get steps() {
      return seen.map(({ step }) => step);
    },
    struck: struck.promise,
    hasStruck: () => hasStruck,
    hasMet: () => hasMet,
    goOn: async () => {
      putOff.resolve(undefined);
      await putOffDone;
    },
    kill: () => die(null),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      // So that nothing of this lane comes to a world that is used again.
      await Promise.allSettled(underWay);
    },
  };
}

async function read(incoming: IncomingMessage): Promise<WireRequest> {
  const { method = '', url = '', headers } = incoming;
  return { method, url, target: headers['x-amz-target']?.toString() ?? null, body: await text(incoming) };
}

/** Counts a request, unless it repeats an earlier one. The token of a transaction is new when it is tried anew. */
function note(seen: { key: string; step: Step }[], wire: WireRequest): { index: number; isFirst: boolean } {
  const key = [wire.method, wire.url, wire.target, wire.body.replace(/"ClientRequestToken":"[^"]*",?/, '')].join(' ');
  const index = seen.findIndex((each) => each.key === key);
  if (index >= 0) return { index, isFirst: false };
  seen.push({ key, step: stepOf(wire) });
  return { index: seen.length - 1, isFirst: true };
}

interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function send(base: string, incoming: IncomingMessage, body: string): Promise<Received> {
  const { method, url, headers } = incoming;
  const outgoing = httpRequest(new URL(url ?? '/', base), { agent, ...(method && { method }), headers });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const kept = ['content-type', 'x-amzn-errortype', 'x-amzn-requestid', 'date'];
  const given = kept.flatMap((name) => (response.headers[name] ? [[name, String(response.headers[name])]] : []));
  return {
    status: response.statusCode ?? 500,
    headers: Object.fromEntries(given) as Record<string, string>,
    body: await text(response),
  };
}

function reply(outgoing: ServerResponse, { status, headers, body }: Received): void {
  outgoing.writeHead(status, headers).end(body);
}

/** An error as the service writes it. */
function written({ status, type, fields }: Answer, { target }: WireRequest): Received {
  const message = 'Injected by the matrix.';
  if (target === null) {
    return { status, headers: { 'x-amzn-errortype': type }, body: JSON.stringify({ message, ...fields }) };
  }
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, Message: message, message, ...fields };
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) };
}
