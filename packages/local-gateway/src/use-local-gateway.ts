import type { LocalGateway, StartLocalGateway, TestHooks, UseLocalGateway } from './api.ts';

/** Makes `useLocalGateway` of what starts a gateway. */
export function makeUseLocalGateway(start: StartLocalGateway): UseLocalGateway {
  return (options, hooks = globalHooks()) => {
    let started: LocalGateway | null = null;
    hooks.beforeAll(async () => {
      started = await start(options);
    });
    hooks.afterAll(async () => {
      await started?.close();
      started = null;
    });
    const running = (): LocalGateway => {
      if (started !== null) return started;
      throw new Error('The local gateway is not running: use it inside tests and hooks, not while the file is loaded.');
    };
    return {
      get url() {
        return running().url;
      },
      get eksUrl() {
        return running().eksUrl;
      },
      get eks() {
        return running().eks;
      },
      get clock() {
        return running().clock;
      },
      get world() {
        return running().world;
      },
      token: (principal) => running().token(principal),
      credentials: (identity) => running().credentials(identity),
      reset: () => running().reset(),
      close: () => running().close(),
    };
  };
}

function globalHooks(): TestHooks {
  const { beforeAll, afterAll } = globalThis as Partial<TestHooks>;
  if (beforeAll !== undefined && afterAll !== undefined) return { beforeAll, afterAll };
  throw new Error(
    'This test runner has no global beforeAll and afterAll: useLocalGateway(options, { beforeAll, afterAll }), imported from it.',
  );
}
