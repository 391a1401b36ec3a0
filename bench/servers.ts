// The endpoints of a benchmark, in a process of their own: node bench/servers.ts KEY CERTIFICATE
// DYNAMODB_DELAY_MS EKS_DELAY_MS STS_DELAY_MS
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createServer } from 'node:tls';
import { startEksSimulator } from '#eks-simulator';
import { startSts } from '../test/support/sts-server.ts';
import { manyRoles, serviceAccounts } from './events.ts';
import { startDynamoDb } from './dynamodb.ts';
import { startDelay } from './delay.ts';

const [key = '', cert = '', dynamoDbDelayMs = '0', eksDelayMs = '0', stsDelayMs = '0'] = process.argv.slice(2);

/** Terminates TLS in front of a port. */
async function terminateTls(port: number): Promise<string> {
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (secure) => {
    const plain = connect({ port, host: '127.0.0.1', noDelay: true });
    secure.setNoDelay(true);
    secure.pipe(plain).pipe(secure);
    for (const [socket, other] of [
      [secure, plain],
      [plain, secure],
    ] as const) {
      socket.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `https://127.0.0.1:${address.port}`;
}

const simulator = await startEksSimulator({ world: manyRoles(), maxAssociations: serviceAccounts });
const dynamoDb = await startDynamoDb(Number(dynamoDbDelayMs));
const sts = await startSts();

/** The port of a server, or one that answers for it later. */
async function delayed(url: string, delayMs: number): Promise<number> {
  const port = Number(new URL(url).port);
  return delayMs === 0 ? port : (await startDelay(port, delayMs)).port;
}

const eksPort = await delayed(simulator.url, Number(eksDelayMs));
const stsPort = await delayed(sts.endpoint, Number(stsDelayMs));

process.on('message', () => {
  for (const { associationId } of simulator.control.associations()) simulator.control.deleteAssociation(associationId);
  simulator.control.clearRequests();
  sts.clear();
  dynamoDb.clear();
  process.send?.('cleared');
});
process.on('disconnect', () => process.exit());
process.send?.({
  eks: await terminateTls(eksPort),
  dynamoDb: await terminateTls(dynamoDb.port),
  sts: await terminateTls(stsPort),
});
