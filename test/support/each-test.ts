import { openGateway } from './gateway.ts';
import type { Gateway, GatewayOptions } from './gateway.ts';
import { openSqlite } from './ledgers.ts';
import type { LedgerUnderTest } from './ledgers.ts';

type Opened = Awaited<ReturnType<LedgerUnderTest['open']>> & { readonly gateway: Gateway };

/** The options of a gateway, and how to open its ledger; by default the embedded one. */
type Options = Omit<GatewayOptions, 'ledger'> & Partial<Pick<LedgerUnderTest, 'open'>>;

/** Opens a gateway on an empty ledger before each test of the calling file or group, gives it to `use`, and closes both after the test. */
export function openForEachTest(use: (opened: Opened) => void, { open = openSqlite, ...options }: Options = {}): void {
  let opened: Opened | undefined;

  beforeEach(async () => {
    const ledger = await open();
    const gateway = await openGateway({ ledger: ledger.ledger, ...options });
    opened = { ...ledger, gateway };
    use(opened);
  });

  afterEach(async () => {
    await opened?.gateway.close();
    await opened?.close();
    opened = undefined;
  });
}
