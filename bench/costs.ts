import { runCommand } from '../tools/command.ts';
import { openCostMeter } from './cost-meter.ts';
import type { Cost } from './cost-meter.ts';
import { createExample, requestsOn } from './cost-requests.ts';

const help = `Measures what requests cost the gateway: for a principal without permits the owner of a namespace and, of adoptions, a
platform admin. The gateway has the shipped policies, an embedded ledger and a simulated EKS with 100 associations. Prints Markdown tables.

Usage: npm run bench -- costs

  -h, --help  print this text
`;

const principals = {
  carol: 'A principal without permits',
  alice: 'The owner of the namespace',
  pat: 'A platform admin, who may adopt',
} as const;

const columns: readonly [title: string, cell: (cost: Cost) => string][] = [
  ['CPU ms', ({ cpuMs }) => cpuMs.toFixed(0)],
  ['EKS calls', ({ eksCalls }) => String(eksCalls)],
  ['rows read', ({ rows }) => String(rows)],
  ['write units', ({ writeUnits }) => String(writeUnits)],
  ['largest entry', ({ entryBytes }) => String(entryBytes)],
  ['log bytes', ({ logBytes }) => String(logBytes)],
  ['answer bytes', ({ answerBytes }) => String(answerBytes)],
];

/** The costs of all requests for a principal, on a gateway of its own. */
async function tableFor(principal: keyof typeof principals): Promise<string> {
  const meter = await openCostMeter(100);
  try {
    const all = requestsOn(await createExample(meter));
    const requests = principal === 'pat' ? all.filter(({ name }) => name.includes('dopt')) : all;
    // The first request compiles most of the code.
    await meter.measure(principal, '{ clusters { nodes { clusterName } } }');
    const rows: string[] = [];
    for (const { name, query, variables } of requests) {
      const { cost } = await meter.measure(principal, query, variables);
      rows.push(`| ${[name, ...columns.map(([, cell]) => cell(cost))].join(' | ')} |`);
    }
    const head = ['request', ...columns.map(([title]) => title)];
    const line = ['---', ...columns.map(() => '---:')];
    return [`${principals[principal]}:`, '', `| ${head.join(' | ')} |`, `| ${line.join(' | ')} |`, ...rows].join('\n');
  } finally {
    await meter.close();
  }
}

process.exitCode = await runCommand({
  help,
  options: {},
  run: async () => {
    for (const principal of ['carol', 'alice', 'pat'] as const)
      process.stdout.write(`${await tableFor(principal)}\n\n`);
    return 0;
  },
});
