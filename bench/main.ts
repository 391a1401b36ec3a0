import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, UsageError } from '../tools/command.ts';
import { linesOf, runProgram } from '../tools/programs.ts';
import type { Programs } from '../tools/programs.ts';
import { measureColdStarts } from './cold.ts';
import { coldSection } from './cold-report.ts';
import { measureCost } from './cost.ts';
import { measureDecisions } from './decisions.ts';
import { measureGrowth } from './growth.ts';
import { measureMemory } from './memory.ts';
import { limitsSection } from './limits.ts';
import { measureWarm } from './warm.ts';
import type { Section } from './report.ts';
import { writeSection } from './write-section.ts';

/** What a part of the benchmark needs to know. */
interface Run {
  /** For temporary files. */
  readonly folder: string;
  readonly quick: boolean;
  readonly builds: readonly string[];
}

/** The parts of the benchmark, in the order in which they run. */
const parts: Readonly<Record<string, (run: Run) => Promise<Section>>> = {
  cold: async ({ folder, quick, builds }) =>
    coldSection(await measureColdStarts({ folder, runs: quick ? 10 : 30, builds })),
  cost: measureCost,
  growth: ({ quick }) => measureGrowth(quick),
  memory: ({ folder, quick, builds }) => measureMemory(folder, quick ? 2_000 : 20_000, builds),
  limits: limitsSection,
  decisions: ({ quick }) => Promise.resolve(measureDecisions(quick ? 50 : 200)),
  warm: ({ folder, quick, builds }) => measureWarm(folder, quick, builds),
};

/** Measurements of their own, which print their results. */
const programs: Programs = {
  costs: ['what an idle deployment and requests cost, for your number of clusters', () => import('./costs.ts')],
  fleet: ['queries over 200 clusters with 10,000 associations', () => import('./fleet.ts')],
  'fleet-day': ['scans, adoption, drift, impact and a declaration over such a fleet', () => import('./fleet-day.ts')],
  'fleet-page': ['how long the page takes to show such a fleet', () => import('./fleet-page.ts')],
};

const help = `Measures the gateway against what it is made of, and writes tables to docs/performance.md, docs/limits.md and docs/cost.md.
Everything that is compared runs in turns, so that the ratios hold on a busy machine. Requires openssl, taskset, Java and the AWS CLI.

Usage: npm run bench -- [--quick] [--only PART] [--build FILE]
       npm run bench -- NAME [OPTIONS]

  --quick       fewer and smaller runs
  --only PART   a part: ${Object.keys(parts).join(', ')}.
                Can be given several times
  --build FILE  another build of the gateway to compare cold starts, warm requests and memory with: its graphql.mjs,
                or graphql.cjs of an older one, in a folder with the name of its
                commit. Can be given several times
  --print       print the tables instead of writing them
  -h, --help    print this text; after a NAME, its options

Measurements that print their results:

${linesOf(programs)}
`;

const measureParts = () =>
  runCommand({
    help,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: Object.keys(parts) },
      build: { type: 'string', multiple: true, default: [] },
      print: { type: 'boolean', default: false },
    },
    run: async ({ quick, only, build: builds, print }) => {
      const unknown = only.find((name) => !Object.hasOwn(parts, name));
      if (unknown !== undefined) throw new UsageError(`--only is ${JSON.stringify(unknown)}: give the name of a part.`);
      const wanted = Object.entries(parts).filter(([name]) => only.includes(name));
      const folder = await mkdtemp(join(tmpdir(), 'bench-'));
      try {
        for (const [name, measure] of wanted) {
          process.stderr.write(`${name} …\n`);
          const startedAt = performance.now();
          const section = await measure({ folder, quick, builds });
          process.stderr.write(`${name}: ${((performance.now() - startedAt) / 1_000).toFixed(0)} seconds\n`);
          const command = `npm run bench --${quick ? ' --quick' : ''} --only ${name}${builds.length > 0 ? ' --build FILE' : ''}`;
          if (print) process.stdout.write(`${section.tables}\n`);
          else await writeSection(section, command);
        }
      } finally {
        await rm(folder, { recursive: true });
      }
      return 0;
    },
  });

if (!(await runProgram(programs))) process.exitCode = await measureParts();
