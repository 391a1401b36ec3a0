import { subscribe } from 'node:diagnostics_channel';
import { ClientRequest, IncomingMessage } from 'node:http';

/**
 * What a process knew when it made a request. Processes of a case share the event loop of the runner, so the HTTP client tells
 * exactly what came first; when a request arrives at the proxy says nothing, as it can wait for a connection or for the machine.
 */
export interface ProcessWatch {
  /** The process goes on after it was frozen: what it makes from now on is made after its deadline. */
  readonly resumed: () => void;
  readonly close: () => void;
}

/** Headers that the watch adds to requests, and the proxy to answers whose `Date` shows that the clock of the process is wrong. */
const knownHeader = 'x-matrix-known';
export const wrongClockHeader = 'x-matrix-wrong-clock';

/** What a request was made after. */
interface Known {
  /** The process had received an answer that shows that its clock is wrong. */
  isClockShownWrong: boolean;
  isPastDeadline: boolean;
}

/** By the address that a process sends its requests to: that of its proxy. */
const watched = new Map<string, Known>();

/** Watches the process that sends its requests to `host`, a name with a port. */
export function watchProcess(host: string): ProcessWatch {
  subscribeOnce();
  const known: Known = { isClockShownWrong: false, isPastDeadline: false };
  watched.set(host, known);
  return {
    resumed: () => {
      known.isPastDeadline = true;
    },
    close: () => void watched.delete(host),
  };
}

/** What a process knew when it made a request that has arrived. */
export function knownAt({ headers }: IncomingMessage): Readonly<Known> {
  const known = String(headers[knownHeader] ?? '').split(' ');
  return { isClockShownWrong: known.includes('wrong-clock'), isPastDeadline: known.includes('past-deadline') };
}

let isSubscribed = false;

/** Subscribes to the HTTP client of this Node.js process, once for all processes of cases. */
function subscribeOnce(): void {
  if (isSubscribed) return;
  isSubscribed = true;
  subscribe('http.client.request.created', (message) => {
    const request = partOf(message, 'request');
    const known = request instanceof ClientRequest ? watched.get(String(request.getHeader('host'))) : undefined;
    if (!known || !(request instanceof ClientRequest)) return;
    const { isClockShownWrong, isPastDeadline } = known;
    const parts = [...(isClockShownWrong ? ['wrong-clock'] : []), ...(isPastDeadline ? ['past-deadline'] : [])];
    if (parts.length > 0) request.setHeader(knownHeader, parts.join(' '));
  });
  subscribe('http.client.response.finish', (message) => {
    const [request, response] = [partOf(message, 'request'), partOf(message, 'response')];
    if (!(request instanceof ClientRequest) || !(response instanceof IncomingMessage)) return;
    const known = watched.get(String(request.getHeader('host')));
    if (known && response.headers[wrongClockHeader] !== undefined) known.isClockShownWrong = true;
  });
}

function partOf(message: unknown, name: string): unknown {
  return typeof message === 'object' && message !== null ? Reflect.get(message, name) : undefined;
}
