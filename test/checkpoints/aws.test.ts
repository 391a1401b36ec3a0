import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { makeCheckpointHandler } from '../../src/app/checkpoint-handler.ts';
import { readCheckpointSettings } from '../../src/app/checkpoint-settings.ts';
import { makeKmsSigner } from '../../src/checkpoints/kms-signer.ts';
import { isSigned, parseCheckpoint, parseVkey } from '../../src/checkpoints/note.ts';
import { makeS3Storage } from '../../src/checkpoints/s3-storage.ts';
import type { Deadline } from '../../src/runtime/deadline.ts';
import { openLog } from '../support/checkpoint-log.ts';
import { auditEntryAt, now } from '../support/ledger-samples.ts';
import { openSqlite } from '../support/ledgers.ts';
import { startLogServers } from '../support/log-servers.ts';

describe('the checkpoint function', () => {
  let servers: Awaited<ReturnType<typeof startLogServers>>;
  let opened: Awaited<ReturnType<typeof openSqlite>>;
  let log: ReturnType<typeof openLog>;
  const lines: [string, string, Record<string, unknown>][] = [];

  beforeEach(async () => {
    servers = await startLogServers();
    opened = await openSqlite();
    log = openLog(opened.ledger);
    lines.length = 0;
  });
  afterEach(async () => {
    log.close();
    await opened.close();
    await servers.close();
  });

  const makeHandler = () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = { endpoint: servers.endpoint, region: 'eu-central-1', credentials };
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    const signer = makeKmsSigner(new KMSClient(client), 'key', log.deps.origin);
    const sendersUntil = (deadline: Deadline) => ({
      store: log.deps.store,
      storage: makeS3Storage(s3, 'log', deadline),
      signer: () => signer(deadline),
    });
    const handler = makeCheckpointHandler({ ...log.deps, sendersUntil }, (...line) => lines.push(line));
    return { storage: makeS3Storage(s3, 'log'), run: () => handler({}, { getRemainingTimeInMillis: () => 120_000 }) };
  };

  test('keeps the log in S3 with checksums, signs it in KMS, and logs the key', async () => {
    const { storage, run } = makeHandler();
    await opened.ledger.appendEntry(auditEntryAt(now - 1));
    servers.state.conflicts = 2;
    expect(await run()).toEqual({ size: 1, added: 1, isSuperseded: false });
    const note = parseCheckpoint((await storage.get('checkpoint'))?.toString() ?? '');
    const [[, message, fields] = ['', '', {}]] = lines;
    const key = parseVkey(String(fields.verifierKey));
    expect(note && key && isSigned(note, [key])).toBe(true);
    expect(message).toBe('Checkpoint completed.');
    expect(fields).toMatchObject({ size: 1, added: 1, checkpointRuns: 1 });
    expect([...servers.state.checksums]).toEqual(['x-amz-checksum-crc32']);
    const names: string[] = [];
    for await (const name of storage.list('')) names.push(name);
    expect(names).toEqual([
      'archive/0000000000000000.ndjson',
      'checkpoint',
      'checkpoints/0000000000000001',
      'tile/0/000.p/1',
      'tile/entries/000.p/1',
    ]);
    expect(await storage.putIfAbsent('checkpoint', Buffer.alloc(1))).toBe(false);
    expect(await storage.get('missing')).toBeNull();
  });

  test('makes as many calls as the page on costs says', async () => {
    const { run } = makeHandler();
    const counted = async () => {
      servers.requests.length = 0;
      await run();
      return Object.fromEntries(
        ['GetObject', 'PutObject', 'ListObjectsV2', 'GetPublicKey', 'Sign'].map((name) => [
          name,
          servers.requests.filter((one) => one === name).length,
        ]),
      );
    };
    await opened.ledger.appendEntry(auditEntryAt(now - 2));
    await run();
    expect(await counted()).toEqual({ GetObject: 2, PutObject: 0, ListObjectsV2: 0, GetPublicKey: 0, Sign: 0 });
    await opened.ledger.appendEntry(auditEntryAt(now - 1));
    expect(await counted()).toEqual({ GetObject: 5, PutObject: 5, ListObjectsV2: 0, GetPublicKey: 0, Sign: 1 });
  });

  test.each(['GetObject', 'ListObjectVersions', 'PutObject', 'GetPublicKey', 'Sign'])(
    'sends %s no second time once the deadline of its run has passed',
    async (operation) => {
      const { run } = makeHandler();
      await opened.ledger.appendEntry(auditEntryAt(now - 1));
      servers.state.isDown = (one) => {
        if (one !== operation) return false;
        log.clock.now += 120_000;
        return true;
      };
      await expect(run()).rejects.toThrow();
      expect(servers.requests.filter((one) => one === operation)).toHaveLength(1);
    },
  );

  test('counts no run that another one has replaced', async () => {
    const store = { ...opened.ledger, putCheckpointHead: () => Promise.resolve(false) };
    await opened.ledger.appendEntry(auditEntryAt(now - 1));
    const handler = makeCheckpointHandler({ ...log.deps, sendersUntil: () => ({ ...log.deps, store }) }, (...line) =>
      lines.push(line),
    );
    await handler({}, { getRemainingTimeInMillis: () => 120_000 });
    expect(lines[0]?.[2]).toMatchObject({ isSuperseded: true, added: 0 });
    expect(lines[0]?.[2].checkpointRuns).toBeUndefined();
  });

  test('names every setting that is missing or wrong', () => {
    const given = { AWS_REGION: 'eu-central-1', CHECKPOINT_ORIGIN: 'a b' };
    expect(() => readCheckpointSettings(given)).toThrow(
      /IDEMPOTENCY_TABLE, AUDIT_TABLE, CHECKPOINT_BUCKET, CHECKPOINT_KEY_ID.*\n.*CHECKPOINT_ORIGIN is "a b"/,
    );
  });
});
