import { runCommand } from '../tools/command.ts';
import { openFleetGateway } from './fleet-gateway.ts';
import { watch } from './fleet-watch.ts';
import { changeOutside, entriesOf, foundIn } from './fleet-changes.ts';
import { clusters } from './fleet-world.ts';

process.exitCode = await runCommand({
  help: '',
  options: {},
  run: async () => {
    const t = performance.now();
    const log = (...x: unknown[]) => console.log(((performance.now() - t) / 1000).toFixed(1), ...x);
    const fleet = await openFleetGateway();
    log('open');
    const { effects: _1, ...first } = await watch(fleet.simulator, () => fleet.scanAll());
    log('first', JSON.stringify(first));
    const { effects: _2, ...second } = await watch(fleet.simulator, () => fleet.scanAll());
    log('second', JSON.stringify(second));
    const n = Number(process.env.ADOPT ?? 200);
    const { effects: e, ...ad } = await watch(fleet.simulator, async () => {
      let k = 0;
      for (const { clusterName, accountId } of clusters.slice(0, n)) {
        const out = await fleet.run(['adopt', '--cluster', clusterName, '--account-id', accountId, '--yes']);
        k += (JSON.parse(out.stdout) as { counts: { adopted: number } }).counts.adopted;
      }
      return k;
    });
    log('adopt', e.length, JSON.stringify(ad));
    const { effects: _3, ...third } = await watch(fleet.simulator, () => fleet.scanAll());
    log('third', JSON.stringify(third));
    const changes = await changeOutside(fleet);
    const { effects: _4, ...four } = await watch(fleet.simulator, () => fleet.scanAll());
    log('four', JSON.stringify(four));
    const ent1 = await entriesOf(fleet.ledger, 'DRIFT_FOUND');
    log(ent1.map((x) => x.message), foundIn(changes, ent1).map((c) => c.name));
    const { effects: _5, ...five } = await watch(fleet.simulator, () => fleet.scanAll(0));
    log('five', JSON.stringify(five));
    const ent2 = await entriesOf(fleet.ledger, 'DRIFT_FOUND');
    log(ent2.map((x) => x.message), foundIn(changes, ent2).map((c) => c.name));
    await fleet.close();
    return 0;
  },
});
