import { once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Backend } from './backend.ts';
import type { Answer, Fault } from './faults.ts';
import { knownAt, watchProcess, wrongClockHeader } from './process-watch.ts';
import { entryIdsOf, stepName, stepOf } from './steps.ts';
import type { Step, WireRequest } from './steps.ts';

/** The only network route of a process: all its requests to EKS and DynamoDB pass through here and can meet a fault. */
export interface WireProxy {
  /** Endpoint for both EKS and DynamoDB. */
  readonly url: string;
  /** The requests in order, without the client's own retries. */
  readonly steps: readonly Step[];
  /** Resolves when the planned fault has progressed so far that the case must continue. */
  readonly faultReached: Promise<undefined>;
  /** Whether `faultReached` has resolved, and whether the fault was injected at all. */
  readonly hasReachedFault: () => boolean;
  readonly wasInjected: () => boolean;
  /** Whether the process gave a request up that met no fault, or one that answers: its answer took too long. */
  readonly hasTimedOut: () => boolean;
  /** What the process sent after its deadline, or wrote with a wrong clock. */
  readonly sentLate: readonly string[];
  /** Ids of the audit entries that the process wrote, or tried to. */
  readonly entryIds: ReadonlySet<string>;
  /** Performs a deferred effect and delivers the response to a frozen process. */
  readonly resume: () => Promise<void>;
  /** Cuts the process off: nothing that it sends afterwards arrives. */
  readonly kill: () => void;
  readonly close: () => Promise<void>;
}

/** Called before each new request is forwarded. */
export type OnStep = (step: Step) => Promise<void>;

/** A fault for one request, and what happens concurrently. */
export interface Plan {
  /** Name of the request, and how many of this name come before it. */
  readonly step: string;
  readonly after: number;
  readonly fault: Fault;
  /** Runs just before the request takes effect. */
  readonly meanwhile: () => Promise<void>;
}

/** By how much a wrong clock is ahead. Milliseconds. */
const wrongByMs = 600_000;

const agent = new Agent({ keepAlive: true });

/** Starts a proxy on a free port that forwards to a backend. `now` is the time that its answers have. */
export async function openWireProxy(
  { addresses: to, eksLog }: Pick<Backend, 'addresses' | 'eksLog'>,
  plan: Plan | null,
  now: () => number,
  onStep: OnStep = () => Promise.resolve(),
): Promise<WireProxy> {
  const seen: Seen[] = [];
  const faultReached = Promise.withResolvers<undefined>();
  let wasInjected = false;
  let hasReachedFault = false;
  const reachFault = () => {
    hasReachedFault = true;
    faultReached.resolve(undefined);
  };
  let isClockWrong = false;
  const sentLate: string[] = [];
  const entryIds = new Set<string>();
  const dateNow = () => new Date(now() - (isClockWrong ? wrongByMs : 0)).toUTCString();
  const replyNow = (outgoing: ServerResponse, received: Received) => {
    const marked = isClockWrong ? { ...received.headers, [wrongClockHeader]: 'yes' } : received.headers;
    reply(outgoing, { ...received, headers: { ...marked, date: dateNow() } });
  };
  const deferred = Promise.withResolvers<undefined>();
  let deferredDone: Promise<unknown> = Promise.resolve();
  const underWay = new Set<Promise<unknown>>();
  let isDead = false;
  let hasTimedOut = false;
  const isCutOff = () => isDead;

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => {
      outgoing.destroy();
      reachFault();
    });
  });

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const wire = await read(incoming);
    if (isDead) {
      outgoing.destroy();
      return;
    }
    const { after, isFirst } = identify(seen, wire);
    const { kind } = stepOf(wire);
    const known = knownAt(incoming);
    if (known.isPastDeadline) sentLate.push(`${stepName(stepOf(wire))} was sent after the deadline`);
    if (known.isClockShownWrong && (kind === 'ledger-write' || kind === 'eks-change'))
      sentLate.push(`${stepName(stepOf(wire))} was sent with a wrong clock`);
    if (kind === 'ledger-write') for (const id of entryIdsOf(wire.body)) entryIds.add(id);
    if (isFirst) await onStep(stepOf(wire));
    const forwardTo = async (base: string) => {
      const received = await send(base, incoming, wire.body);
      if (kind === 'eks-change') eksLog.answered(wire, received, now());
      return received;
    };
    const forward = () => {
      const sending = forwardTo(wire.target === null ? to.eks : to.dynamoDb);
      underWay.add(sending);
      return sending;
    };
    const isPlanned = plan !== null && plan.step === stepName(stepOf(wire)) && plan.after === after;
    const fault = isPlanned && (isFirst || plan.fault.repeats) ? plan.fault : null;
    if (!isPlanned || !fault) {
      const received = await forward();
      if (outgoing.destroyed && !isCutOff()) hasTimedOut = true;
      replyNow(outgoing, received);
      return;
    }

    wasInjected = true;
    if (fault.wrongClock) isClockWrong = true;
    if (isFirst) await plan.meanwhile();
    const effect = isFirst ? fault.effect : 'none';
    if (effect === 'later' || effect === 'frozen') {
      reachFault();
      deferredDone = deferred.promise.then(forward);
    }
    const answer = effect === 'now' ? await forward() : effect === 'frozen' ? ((await deferredDone) as Received) : null;
    // A real timeout is no part of a fault that answers: a frozen process does not give up, for instance.
    if (fault.answer !== 'silence' && outgoing.destroyed && !isCutOff()) hasTimedOut = true;
    if (fault.answer === 'true' && answer) replyNow(outgoing, answer);
    if (fault.answer === 'cut') outgoing.destroy();
    if (typeof fault.answer === 'object') replyNow(outgoing, errorResponse(fault.answer, wire));
    if (fault.crashes) disconnect(fault.answer === 'true' ? outgoing : null);
    reachFault();
  }

  /** Lets a pending response finish, then cuts all connections. */
  function disconnect(answering: ServerResponse | null): void {
    isDead = true;
    const cut = () => server.closeAllConnections();
    if (answering) answering.once('finish', () => setImmediate(cut));
    else cut();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  const host = `127.0.0.1:${address.port}`;
  const watch = watchProcess(host);
  return {
    url: `http://${host}`,
    get steps() {
      return seen.map(({ step }) => step);
    },
    faultReached: faultReached.promise,
    hasReachedFault: () => hasReachedFault,
    wasInjected: () => wasInjected,
    hasTimedOut: () => hasTimedOut,
    sentLate,
    entryIds,
    resume: async () => {
      // A process that was frozen for minutes.
      if (plan?.fault.effect === 'frozen') watch.resumed();
      deferred.resolve(undefined);
      await deferredDone;
    },
    kill: () => disconnect(null),
    close: async () => {
      watch.close();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      // Nothing of this proxy may reach a backend that is reused.
      await Promise.allSettled(underWay);
    },
  };
}

async function read(incoming: IncomingMessage): Promise<WireRequest> {
  const { method = '', url = '', headers } = incoming;
  return { method, url, target: headers['x-amz-target']?.toString() ?? null, body: await text(incoming) };
}

/**
 * Finds or adds a request by its content, and counts those of its name before it. The SDK retries a transaction with a new token, so the token
 * is ignored.
 */
function identify(seen: Seen[], wire: WireRequest): { after: number; isFirst: boolean } {
  const key = [wire.method, wire.url, wire.target, wire.body.replace(/"ClientRequestToken":"[^"]*",?/, '')].join(' ');
  const known = seen.find((each) => each.key === key);
  if (known) return { after: known.after, isFirst: false };
  const step = stepOf(wire);
  const after = seen.filter((each) => stepName(each.step) === stepName(step)).length;
  seen.push({ key, step, after });
  return { after, isFirst: true };
}

interface Seen {
  readonly key: string;
  readonly step: Step;
  readonly after: number;
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
  const kept = ['content-type', 'x-amzn-errortype', 'x-amzn-requestid'];
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

/** An error response in the format of the service. */
function errorResponse({ status, type, fields }: Answer, { target }: WireRequest): Received {
  const message = 'Injected by the matrix.';
  if (target === null) {
    return { status, headers: { 'x-amzn-errortype': type }, body: JSON.stringify({ message, ...fields }) };
  }
  const body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, Message: message, message, ...fields };
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) };
}
