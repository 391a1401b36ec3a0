import { parse } from 'yaml';
import { describeUnless } from '../../../test/support/requires.ts';
import { awsCommands } from '../src/commands.ts';
import { runLine } from './host.ts';
import type { Outcome } from './host.ts';
import { missingOracle, resultOf, startOracle } from './oracle/oracle.ts';

const skeletonOf = (name: string, kind: string) => runLine([name, '--generate-cli-skeleton', kind]);

test('an input skeleton lists the parameters in the order of the API, and needs no other option', async () => {
  const { code, stdout, stderr } = await runLine(['create-pod-identity-association', '--generate-cli-skeleton']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`{
    "clusterName": "",
    "namespace": "",
    "serviceAccount": "",
    "roleArn": "",
    "clientRequestToken": "",
    "tags": {
        "KeyName": ""
    },
    "disableSessionTags": true,
    "targetRoleArn": "",
    "policy": ""
}
`);
});

test.each(awsCommands)('both input skeletons of $name say the same', async ({ name }) => {
  const [json, yaml] = [await skeletonOf(name, 'input'), await skeletonOf(name, 'yaml-input')];
  expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
  expect(yaml.stdout).toMatch(/^(?:clusterName|resourceArn): '' {2}# \[REQUIRED\] \S.*\.\n/);
});

test('a sample answer has all fields of an association', async () => {
  const line = ['describe-pod-identity-association', '--cluster-name', 'c', '--association-id', 'a'];
  const { stdout } = await runLine([...line, '--generate-cli-skeleton', 'output', '--query', 'keys(association)']);
  expect(JSON.parse(stdout)).toEqual([
    ...['clusterName', 'namespace', 'serviceAccount', 'roleArn', 'associationArn', 'associationId', 'tags'],
    ...['createdAt', 'modifiedAt', 'ownerArn', 'disableSessionTags', 'targetRoleArn', 'externalId', 'policy'],
  ]);
});

describeUnless(missingOracle)('compared with the AWS CLI', () => {
  const oracle = startOracle();
  afterAll(() => oracle.close());

  const aws = async (...args: readonly string[]) => {
    const [answer] = await oracle.ask('run', [['eks', ...args]]);
    return resultOf(answer) as Outcome;
  };
  /** The lines of a YAML skeleton without their comments. */
  const withoutComments = (yaml: string) => yaml.replace(/# .*$/gm, '#');

  test.each(awsCommands)('the skeletons of $name are its own, but for newer parameters', async ({ name }) => {
    const theirs = await aws(name, '--generate-cli-skeleton');
    const known = Object.keys(JSON.parse(theirs.stdout) as object);
    const ours = await skeletonOf(name, 'input');
    const older = Object.entries(JSON.parse(ours.stdout) as object).filter(([key]) => known.includes(key));
    expect(`${JSON.stringify(Object.fromEntries(older), null, 4)}\n`).toBe(theirs.stdout);

    const theirYaml = await aws(name, '--generate-cli-skeleton', 'yaml-input');
    const ourYaml = await skeletonOf(name, 'yaml-input');
    const newer = /^(disableSessionTags|targetRoleArn|policy):.*\n/gm;
    expect(withoutComments(ourYaml.stdout.replace(newer, ''))).toBe(withoutComments(theirYaml.stdout));
  });

  test.each(awsCommands)('each accepts the skeletons of the other for $name', async ({ name }) => {
    // The skeleton's maxResults of 0 and its empty key of a tag are too low in both.
    const usable = (json: string, fields = Object.keys(JSON.parse(json) as object)) => {
      const entries = Object.entries(JSON.parse(json) as object).filter(([key]) => fields.includes(key));
      const least: Readonly<Record<string, unknown>> = { maxResults: 1, tagKeys: ['k'] };
      return JSON.stringify(Object.fromEntries(entries.map(([key, value]) => [key, least[key] ?? value])));
    };
    const theirs = (await aws(name, '--generate-cli-skeleton')).stdout;
    const ours = (await skeletonOf(name, 'input')).stdout;
    const known = Object.keys(JSON.parse(theirs) as object);
    const check = ['--generate-cli-skeleton', 'output'];
    const received = await runLine([name, '--cli-input-json', usable(theirs), ...check]);
    expect(received).toMatchObject({ code: 0, stderr: '' });
    // EKS has no minimal length of a cluster's name in its model, but botocore needs one for the path.
    const filled = usable(ours, known)
      .replace('"clusterName":""', '"clusterName":"c"')
      .replace('"resourceArn":""', '"resourceArn":"r"')
      .replace('"associationId":""', '"associationId":"a"');
    expect(await aws(name, '--cli-input-json', filled, ...check)).toMatchObject({ code: 0 });

    const theirYaml = (await aws(name, '--generate-cli-skeleton', 'yaml-input')).stdout
      .replace('maxResults: 0', 'maxResults: 1')
      .replace("- ''", '- k');
    expect(await runLine([name, '--cli-input-yaml', theirYaml, ...check])).toMatchObject({ code: 0, stderr: '' });
  });

  test('YAML input is read as by the AWS CLI', async () => {
    const texts = [
      ...['yes', 'on', '012', '0o14', '0x1f', '~', 'null', '1e3', '.5', 'true', 'True', '"\\u00e9"', "'it''s'"],
      ...['1:30'],
    ];
    const answers = (await oracle.ask('load_yaml', texts)).map(resultOf);
    const ours = texts.map((text) => parse(text, { version: '1.2', schema: 'core' }) as unknown);
    const different = texts.filter((_, index) => JSON.stringify(answers[index]) !== JSON.stringify(ours[index]));
    expect(different).toEqual([]);
  });
});
