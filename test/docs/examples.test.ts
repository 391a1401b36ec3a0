import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openGateway } from '../support/gateway.ts';
import { openSqlite } from '../support/ledgers.ts';
import { makePlaceholders, examplesIn } from './doc-examples.ts';

const file = join(import.meta.dirname, '..', '..', 'docs', 'examples.md');

/** The document with the answers of this run, in which placeholders replace ids and times. */
async function rerun(markdown: string): Promise<string> {
  const { ledger, close } = await openSqlite();
  const gateway = await openGateway({ ledger });
  const { hide, show } = makePlaceholders();
  let document = markdown;
  try {
    for (const { query, variables, as, answer } of examplesIn(markdown)) {
      const given = variables === '' ? {} : (JSON.parse(show(variables)) as object);
      const { status: _, ...answered } = await gateway.send(show(query), given, as);
      const text = `${hide(JSON.stringify(answered, null, 2))}\n`;
      document = document.replace(`\`\`\`json answer\n${answer}\`\`\``, () => `\`\`\`json answer\n${text}\`\`\``);
    }
    return document;
  } finally {
    await gateway.close();
    await close();
  }
}

test('the examples in the docs return the recorded answers (UPDATE_EXAMPLES=1 records them again)', async () => {
  const markdown = readFileSync(file, 'utf8');
  expect(examplesIn(markdown).length).toBe(markdown.match(/^### /gm)?.length);
  const document = await rerun(markdown);
  if (process.env.UPDATE_EXAMPLES) writeFileSync(file, document);
  else expect(document).toBe(markdown);
});
