import type { Ledger } from '../../src/ledger/ledger.ts';
import { openGateway } from './gateway.ts';
import type { Gateway, GatewayOptions } from './gateway.ts';
import { openSqlite } from './ledgers.ts';
import type { LedgerUnderTest } from './ledgers.ts';

type OpenedSqlite = Awaited<ReturnType<typeof openSqlite>>;
/** What every store offers to a test. */
type OpenedStore = Awaited<ReturnType<LedgerUnderTest['open']>>;
type OpenedLedger = { readonly ledger: Ledger } & Pick<OpenedSqlite, 'close'>;

/** The options of a gateway, and how to open its ledger; by default the embedded one. */
interface Options<Opened extends OpenedLedger> extends Omit<GatewayOptions, 'ledger'> {
  readonly open?: () => Promise<Opened>;
  /** The ledger that the gateway uses in place of the opened one, such as one that counts its calls. */
  readonly around?: (ledger: Opened['ledger']) => GatewayOptions['ledger'];
}

/** What {@link openForEachTest} gives to a test: all that opening the ledger returned, and the gateway. */
type WithGateway<Opened> = Opened & { readonly gateway: Gateway };

/** Opens a gateway on an empty ledger before each test of the calling file or group, gives it to `use`, and closes both after the test. */
export function openForEachTest<Opened extends OpenedLedger = OpenedSqlite>(
  use: (opened: WithGateway<Opened>) => void,
  options: Options<Opened> = {},
): void {
  provide({ before: beforeEach, after: afterEach }, () => openBoth(options), use);
}

/** As {@link openForEachTest}, once for all tests of the calling file or group. */
export function openForAllTests<Opened extends OpenedLedger = OpenedSqlite>(
  use: (opened: WithGateway<Opened>) => void,
  options: Options<Opened> = {},
): void {
  provide({ before: beforeAll, after: afterAll }, () => openBoth(options), use);
}

/** As {@link openForEachTest}, without a gateway. */
export function openLedgerForEachTest(
  use: (opened: OpenedStore) => void,
  open: LedgerUnderTest['open'] = openSqlite,
): void {
  provide({ before: beforeEach, after: afterEach }, open, use);
}

/** As {@link openForAllTests}, without a gateway. */
export function openLedgerForAllTests(
  use: (opened: OpenedStore) => void,
  open: LedgerUnderTest['open'] = openSqlite,
): void {
  provide({ before: beforeAll, after: afterAll }, open, use);
}

async function openBoth<Opened extends OpenedLedger>(options: Options<Opened>): Promise<WithGateway<Opened>> {
  const { open = openSqlite as unknown as () => Promise<Opened>, around, ...more } = options;
  const ledger = await open();
  const gateway = await openGateway({ ledger: around?.(ledger.ledger) ?? ledger.ledger, ...more });
  const close = async () => {
    await gateway.close();
    await ledger.close();
  };
  return { ...ledger, gateway, close };
}

interface Hooks {
  readonly before: (hook: () => Promise<void>) => void;
  readonly after: (hook: () => Promise<void>) => void;
}

function provide<Resource extends { close(): Promise<void> }>(
  { before, after }: Hooks,
  open: () => Promise<Resource>,
  use: (opened: Resource) => void,
): void {
  let opened: Resource | undefined;
  before(async () => {
    opened = await open();
    use(opened);
  });
  after(async () => {
    await opened?.close();
    opened = undefined;
  });
}
