import type { FleetGateway } from './fleet-gateway.ts';
import { watch } from './fleet-watch.ts';
import type { Watched } from './fleet-watch.ts';
import { table } from './report.ts';

/** Runs the steps of a day, each with a row of the printed table. */
export interface Steps {
  /**
   * Runs a step and adds a row about it: the text about its result, its time, that of the processor, the
   * commands that a person typed, its requests to EKS, and the units of DynamoDB.
   */
  readonly step: <Result>(
    name: string,
    work: () => Promise<Result>,
    about: (result: Result) => string,
  ) => Promise<Watched<Result>>;
  readonly table: () => string;
}

const head = [
  ...['step', 'result', 'seconds', 'CPU, s', 'commands', 'EKS reads', 'EKS changes', 'write units', 'read units'],
];

const changeKinds = ['Create', 'Update', 'Delete'].map((kind) => `${kind}PodIdentityAssociation`);

export function makeSteps({ simulator, typed, spent }: Pick<FleetGateway, 'simulator' | 'typed' | 'spent'>): Steps {
  const rows: (string | number | null)[][] = [];
  return {
    step: async (name, work, about) => {
      process.stderr.write(`${name} …\n`);
      const [typedBefore, before] = [typed(), spent()];
      const watched = await watch(simulator, work);
      const { result, seconds, cpuSeconds, calls } = watched;
      const after = spent();
      const isChange = ([operation]: readonly [string, number]) => changeKinds.includes(operation);
      const count = (some: readonly (readonly [string, number])[]) => some.reduce((sum, [, one]) => sum + one, 0);
      const [changes, all] = [count(Object.entries(calls).filter(isChange)), count(Object.entries(calls))];
      const writeUnits = after.tableUnits + after.indexUnits - before.tableUnits - before.indexUnits;
      const counts = [typed() - typedBefore, all - changes, changes, writeUnits, after.readUnits - before.readUnits];
      // What the meter took is not of the step.
      const own = {
        seconds: seconds - (after.meter.ms - before.meter.ms) / 1_000,
        cpuSeconds: cpuSeconds - (after.meter.cpuMs - before.meter.cpuMs) / 1_000,
      };
      const numbers = counts.map((one) => Math.round(one).toLocaleString('en'));
      const row = [name, about(result), own.seconds.toFixed(1), own.cpuSeconds.toFixed(1), ...numbers];
      rows.push(row);
      // Of a day that ends with an error, this is what is left.
      process.stderr.write(`${row.join(' | ')}\n`);
      return watched;
    },
    table: () => table(head, rows),
  };
}
