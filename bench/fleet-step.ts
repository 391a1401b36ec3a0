import type { FleetGateway } from './fleet-gateway.ts';
import { watch } from './fleet-watch.ts';
import type { Watched } from './fleet-watch.ts';
import { table } from './report.ts';

/** Runs the steps of a day, each with a row of the printed table. */
export interface Steps {
  /**
   * Runs a step and adds a row about it: the text about its result, its time, its requests to EKS,
   * the commands that a person typed, and memory.
   */
  readonly step: <Result>(
    name: string,
    work: () => Promise<Result>,
    about: (result: Result) => string,
  ) => Promise<Watched<Result>>;
  readonly table: () => string;
}

const head = [
  'step',
  'result',
  'seconds',
  'commands',
  'lists',
  'describes',
  'changes at EKS',
  'RSS, middle',
  'RSS, end',
  'heap',
];

export function makeSteps({ simulator, typed }: Pick<FleetGateway, 'simulator' | 'typed'>): Steps {
  const rows: (string | number | null)[][] = [];
  return {
    step: async (name, work, about) => {
      process.stderr.write(`${name} …\n`);
      const typedBefore = typed();
      const watched = await watch(simulator, work);
      const { result, seconds, calls, memory } = watched;
      const of = (operation: string) => calls[operation] ?? 0;
      const changes = ['Create', 'Update', 'Delete'].reduce(
        (sum, kind) => sum + of(`${kind}PodIdentityAssociation`),
        0,
      );
      const counts = [of('ListPodIdentityAssociations'), of('DescribePodIdentityAssociation'), changes];
      const sizes = [memory.middle, memory.end, memory.heap].map((one) => one.toFixed(0));
      const numbers = [typed() - typedBefore, ...counts].map(String);
      rows.push([name, about(result), seconds.toFixed(1), ...numbers, ...sizes]);
      return watched;
    },
    table: () => table(head, rows),
  };
}
