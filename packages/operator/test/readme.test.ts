import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from '../src/cli/help.ts';
import { commandTable } from '../src/commands.ts';
import { replaceBlock, tableOf } from '../../../test/support/reference.ts';

const file = join(import.meta.dirname, '../README.md');

test('README.md lists the commands and exit codes (UPDATE_REFERENCE=1 writes them)', () => {
  const page = readFileSync(file, 'utf8');
  const commands = commandTable.commands.map(({ name, summary }) => [`\`${name}\``, summary]);
  const codes = exitCodes().map(([code, meaning]) => [`\`${code}\``, meaning]);
  const withCommands = replaceBlock(page, 'commands', tableOf(['command', 'does'], commands));
  const expected = replaceBlock(withCommands, 'exit codes', tableOf(['exit code', 'meaning'], codes));
  if (process.env.UPDATE_REFERENCE) writeFileSync(file, expected);
  else expect(page).toBe(expected);
});
