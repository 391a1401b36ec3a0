import { createServer, request as sendRequest } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { listen } from './answering-server.ts';

/** What a proxy was asked for. */
interface Asked {
  /** `CONNECT sts.example:443`, or the method and the URL of a request without encryption. */
  readonly target: string;
  /** The user and the password that were given, as `user:password`; null without. */
  readonly credentials: string | null;
}

/** How a proxy answers. */
interface ProxyBehaviour {
  /** Refuses everything with this status. */
  readonly status?: number;
  /** The TCP port on this machine that all tunnels and requests lead to. */
  readonly port?: number;
}

/** Starts an HTTP proxy on loopback whose tunnels and requests all lead to one port, whatever host they name. */
export async function startConnectProxy({ status, port }: ProxyBehaviour = {}) {
  const asked: Asked[] = [];
  const note = (target: string, header = '') => {
    const given = header.replace(/^Basic /, '');
    asked.push({ target, credentials: given === '' ? null : Buffer.from(given, 'base64').toString() });
  };
  const server = createServer((request, response) => {
    note(`${request.method} ${request.url}`, request.headers['proxy-authorization']);
    if (port === undefined) return void response.writeHead(status ?? 502).end();
    const { method, headers } = request;
    const path = (request.url ?? '').replace(/^http:\/\/[^/]*/, '');
    const forwarded = sendRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers));
    });
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  });
  const tunnels = new Set<Duplex>();
  server.on('connect', (request, socket: Duplex) => {
    note(`CONNECT ${request.url}`, request.headers['proxy-authorization']);
    tunnels.add(socket);
    socket.on('error', () => undefined);
    if (port === undefined) return void socket.end(`HTTP/1.1 ${status ?? 502} Refused\r\n\r\n`);
    const target = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
  });
  const { endpoint, stop } = await listen(server);
  const end = async () => {
    for (const tunnel of tunnels) tunnel.destroy();
    await stop();
  };
  return { url: endpoint, asked, stop: end };
}
