import { isIPv4 } from 'node:net';

/** What a server on this machine accepts besides loopback names and its own pages. */
export interface AllowedSources {
  /** Names without a port, e.g. those by which containers reach the server. */
  readonly hosts?: readonly string[] | undefined;
  /** Origins of pages, as browsers send them. */
  readonly origins?: readonly string[] | undefined;
}

/**
 * Which header of a request shows that a page of another origin may have sent it; null: none. A
 * page can reach a server on loopback under a name of its own that resolves to 127.0.0.1 (DNS
 * rebinding): its requests name that host. Browsers send `Origin` with every request of a page that
 * changes something. The own pages are those with the port of `host` under an accepted name.
 */
export function foreignPart(
  { host = '', origin }: { readonly host?: string | undefined; readonly origin?: string | undefined },
  { hosts = [], origins = [] }: AllowedSources,
): 'host' | 'origin' | null {
  const accepted = hosts.filter((each) => !anyAddress.has(each)).map(canonical);
  const requested = parseHost(host);
  if (requested === null || !isAccepted(requested.name, accepted)) return 'host';
  if (origin === undefined || origins.includes(origin)) return null;
  const page = parseHost(/^http:\/\/(.*)$/.exec(origin)?.[1] ?? '');
  const isOwn = page !== null && page.port === requested.port && isAccepted(page.name, accepted);
  return isOwn ? null : 'origin';
}

/**
 * What stands for all addresses of a machine when a server listens, and loopback of the same
 * family.
 */
const anyAddress: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/**
 * The URL of a server on this machine; by loopback where it listens on all addresses, which are no
 * name to accept.
 */
export function localUrl(host: string, port: number): string {
  const name = anyAddress.get(host) ?? host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** The parts of a Host header, with the name in lower case; null if it is not one. */
function parseHost(host: string): { readonly name: string; readonly port: string } | null {
  const [, name, port = '80'] = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(host) ?? [];
  return name === undefined ? null : { name: canonical(name), port };
}

function isAccepted(name: string, accepted: readonly string[]): boolean {
  const isLoopback = name === 'localhost' || name === '[::1]' || (isIPv4(name) && name.startsWith('127.'));
  return isLoopback || accepted.includes(name);
}

/**
 * A name as browsers write it: in lower case, an IPv6 address in brackets and in its shortest form.
 */
function canonical(name: string): string {
  const bracketed = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
  return URL.canParse(`http://${bracketed}`) ? new URL(`http://${bracketed}`).hostname : bracketed.toLowerCase();
}
