import type { GatewayClient } from '../../client/src/client/client.ts';
import { grouped } from './progress.ts';
import type { Progress } from './progress.ts';

/** A client that shows how many associations it has read, and how many changes it has checked. */
export function countingClient(client: GatewayClient, { show }: Pick<Progress, 'show'>): GatewayClient {
  let [read, checked] = [0, 0];
  const showCounts = () => {
    const checks = checked === 0 ? '' : `, ${grouped(checked)} changes checked`;
    show(`${grouped(read)} associations read${checks}`);
  };
  // The first answer can take seconds.
  showCounts();
  return {
    ...client,
    associations: async (variables, options) => {
      const page = await client.associations(variables, options);
      read += page.nodes.length;
      showCounts();
      return page;
    },
    checkPodIdentityAssociations: async (variables, options) => {
      const payload = await client.checkPodIdentityAssociations(variables, options);
      checked += payload.results.length;
      showCounts();
      return payload;
    },
  };
}
