import { makeSqliteLedger } from '../../packages/local-gateway/src/sqlite/ledger.ts';
import { runInterleavings } from '../observations/interleaving.ts';

const count = Number(process.env.INTERLEAVINGS ?? 200);
const first = Number(process.env.INTERLEAVINGS_SEED ?? 21);

test('scans report what was made outside, and nothing that an operation explains, in more random interleavings', async () => {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  expect(await runInterleavings(ledger, first, count)).toBeGreaterThan(count / 10);
  ledger.close();
}, 240_000);
