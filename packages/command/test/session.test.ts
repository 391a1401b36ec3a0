import { ConfigurationError, openGateway } from '../src/index.ts';
import { LostAnswerError } from '../../client/src/index.ts';
import { openFaultyRoute } from '../../client/test/gateway.ts';
import type { FaultyRoute } from '../../client/test/gateway.ts';
import type { Gateway } from '../../../test/support/gateway.ts';

let gateway: Gateway;
let route: FaultyRoute;

openFaultyRoute((opened) => ({ gateway, route } = opened));

const open = (environment: Readonly<Record<string, string>>, sessionLimitMs = 60_000) =>
  openGateway({
    environment: { AWS_CONFIG_FILE: '/dev/null', XDG_CONFIG_HOME: '/dev/null', ...environment },
    writeError: () => undefined,
    version: 'a program',
    sessionLimitMs,
  });

test('a program opens the gateway with the settings of the command', async () => {
  const token = await gateway.tokenOf('alice');
  const { client, url } = await open({
    POD_IDENTITY_ENDPOINT_URL: `${route.url}/graphql`,
    POD_IDENTITY_TOKEN: token,
    POD_IDENTITY_TOKEN_FILE: '/nowhere',
  });
  expect(await client.viewer()).toMatchObject({ id: 'https://issuer.example#alice' });
  expect(url).toBe(route.url);
  expect(route.seen[0]?.headers).toMatchObject({ authorization: `Bearer ${token}`, 'user-agent': 'a program' });
});

test('a program gets the error of a setting that is missing', async () => {
  await expect(open({})).rejects.toThrow(ConfigurationError);
  const { client } = await open({ POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN_FILE: '/nowhere' });
  await expect(client.viewer()).rejects.toThrow('The file /nowhere of POD_IDENTITY_TOKEN_FILE does not exist.');
  expect(route.seen).toEqual([]);
});

test('a program limits the time for retries', async () => {
  const settings = { POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN: await gateway.tokenOf('alice') };
  const { client } = await open(settings, 0);
  route.faults.push('lost answer');
  await expect(client.viewer()).rejects.toThrow(LostAnswerError);
  expect(route.seen).toHaveLength(1);
});
