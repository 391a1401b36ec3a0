import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, isInputObjectType } from 'graphql';
import { commands } from '../src/command-table.ts';

const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../../schema.graphql'), 'utf8'));

/** The fields of an input. Each may have a command's parameter of the same name. */
function fieldsOf(input: string): readonly string[] {
  const type = schema.getType(input);
  if (!isInputObjectType(type)) throw new Error(`${input} is not an input.`);
  return Object.keys(type.getFields());
}

/** A global option, not a parameter of a command. */
const globalFields = ['region'];

/** What `apply` sends, and nobody on a command line. */
const planFields = ['declaration', 'expectedRevision'];

test.each(['Create', 'Update', 'Delete'])('the command of a %s names every field of its input', (change) => {
  const command = commands.find(({ operation }) => operation === `${change}PodIdentityAssociation`);
  const parameters = command?.parameters.map(({ name }) => name) ?? [];
  const fields = fieldsOf(`${change}PodIdentityAssociationInput`).filter((name) => !planFields.includes(name));
  expect([...parameters, ...globalFields].sort()).toEqual([...fields].sort());
});

test.each(['Create', 'Update', 'Delete'])('the dry run of a %s names every setting of its command', (change) => {
  const namesOf = (operation: string) =>
    commands.find((one) => one.operation === operation)?.parameters.map(({ name }) => name) ?? [];
  const recorded = ['clientRequestToken', 'reason', 'expectedModifiedAt'];
  const expected = namesOf(`${change}PodIdentityAssociation`).filter((name) => !recorded.includes(name));
  expect([...namesOf(`Check${change}PodIdentityAssociation`)].sort()).toEqual(expected.sort());
});
