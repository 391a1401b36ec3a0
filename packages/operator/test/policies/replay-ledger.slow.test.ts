// No quick test.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { openGateway } from '../../../../test/support/gateway.ts';
import { runOperator } from '../run-operator.ts';
import { copyOfShipped, replaceIn } from '../../../../test/support/policy-sample.ts';

/** Replays the ledger of a file with the policies of a folder. */
async function replaySince(time: string, file: string, policies: string) {
  const words = ['policies', 'replay', '--since', time, '--policies', policies];
  const { status, stdout, stderr } = await runOperator(words, { LEDGER_FILE: file });
  return { status, out: stdout, err: stderr };
}

test('--since replays what the gateway recorded in its ledger', async () => {
  const folder = copyOfShipped();
  const file = join(folder, 'ledger.sqlite');
  const ledger = makeSqliteLedger({ file });
  const gateway = await openGateway({ ledger });
  const created = await gateway.create();
  const associationId = created.association?.associationId;
  await gateway.create({ clientRequestToken: 'second' }, 'bob');
  await gateway.create({ clientRequestToken: 'third', serviceAccount: 'NO' });
  await gateway.create({ clientRequestToken: 'first' });
  await gateway.update({ associationId, disableSessionTags: true });
  // Decided by whether bob may view it.
  await gateway.update({ associationId, disableSessionTags: true, reason: 'an incident' }, 'bob');
  await gateway.remove({ associationId });
  await gateway.close();
  ledger.close();

  expect(await replaySince('2020-01-01T00:00:00Z', file, folder)).toEqual({
    status: 0,
    // The OAuth scope of each token is a group that no policy names, so it can't change a decision.
    out: '6 requests replayed: 0 now denied, 0 now allowed, 0 now needing approval, 0 decided by other policies\n',
    err: '',
  });

  replaceIn(
    join(folder, 'guardrails.cedar'),
    'resource.serviceAccount == "default"',
    'resource.serviceAccount == "api"',
  );
  const changed = await replaySince('2020-01-01T00:00:00Z', file, folder);
  expect(changed.status).toBe(1);
  expect(changed.out).toContain('allowed by owners-update; now denied by no-default-service-account\n');
  expect(changed.out).toContain(
    '6 requests replayed: 3 now denied, 0 now allowed, 0 now needing approval, 1 decided by other policies\n',
  );
  expect(changed.out).not.toContain('can be decided otherwise');
  expect(changed.out).toContain('3 of https://issuer.example#alice\n');

  expect((await replaySince('2100-01-01T00:00:00Z', file, folder)).out).toMatch(/^0 requests replayed: /);
  rmSync(folder, { recursive: true });
});
