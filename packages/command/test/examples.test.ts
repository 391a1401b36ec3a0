import { globalOptions, optionsOf } from '../src/aws/options.ts';
import { parseArguments, takePositional } from '../src/aws/parse.ts';
import { commands } from '../src/command-table.ts';
import { examplesOf, wordsOf } from '../src/examples.ts';
import { runLine } from './host.ts';

test.each(commands)('each example of $name is a line that its options parse', (command) => {
  const examples = examplesOf(command);
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) {
    const words = wordsOf(example);
    const top = parseArguments(globalOptions, words, []);
    const rest = top.rest.map(({ text }) => text);
    const named = rest[0] === 'auth' ? [`auth-${rest[1]}`, ...rest.slice(2)] : rest;
    const [name, args] = takePositional(parseArguments([], named, []).rest);
    expect(name).toBe(command.name);
    const { values, rest: others } = parseArguments(optionsOf(command), args, []);
    const [argument, unknown] = takePositional(others);
    expect({ line: example.line, unknown }).toEqual({ line: example.line, unknown: [] });
    expect(argument !== null).toBe(command.positional !== undefined);
    const given = new Set([...Object.keys(values), ...(command.positional ? [command.positional.name] : [])]);
    for (const { key, required } of optionsOf(command)) if (required === true) expect(given).toContain(key);
  }
});

test.each(commands.filter(({ isCompound }) => isCompound !== true))(
  'each example of $name is sent',
  async (command) => {
    for (const example of examplesOf(command)) {
      const sent: string[] = [];
      const call = ({ command: { name } }: { readonly command: { readonly name: string } }) => {
        sent.push(name);
        return Promise.resolve({});
      };
      const { stderr } = await runLine(wordsOf(example), { call });
      expect({ line: example.line, sent, stderr }).toEqual({ line: example.line, sent: [command.name], stderr: '' });
    }
  },
);

test('help shows examples as lines that a shell reads', async () => {
  const { stdout } = await runLine(['create-pod-identity-association', 'help']);
  expect(stdout).toContain('\nExamples:\n  # Give the pods of a service account the credentials of a role.\n');
  const shown = / {2}(pod-identity create[^#]*)\n {2}#/.exec(stdout)?.[1]?.replaceAll(/ \\\n\s*/g, ' ');
  const [example] = examplesOf({ name: 'create-pod-identity-association' });
  expect(shown).toBe(`pod-identity ${example?.line ?? ''}`);
});
