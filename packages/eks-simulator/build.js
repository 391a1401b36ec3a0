// Compiles src/ into dist/, because Node runs no TypeScript inside node_modules. TypeScript is found in the workspace.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, URL } from 'node:url';

const folder = import.meta.dirname;
const dist = join(folder, 'dist');
const tsc = fileURLToPath(new URL('../bin/tsc', import.meta.resolve('typescript')));

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '--project', join(folder, 'tsconfig.build.json')], { stdio: 'inherit' });
copyFileSync(join(folder, 'src', 'world.json'), join(dist, 'world.json'));
