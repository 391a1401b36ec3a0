/**
 * A command line in parts: variables of its environment, the name of the command, and each option with its values. A part can be left
 * out of a failing line, and what remains is a command line too.
 */
export type Line = readonly (readonly string[])[];

/** The commands of both, which create, change or delete, or only read. */
export const operations = [
  'create-pod-identity-association',
  'update-pod-identity-association',
  'delete-pod-identity-association',
  'describe-pod-identity-association',
  'list-pod-identity-associations',
] as const;

/** The associations that exist before each line, by what stands for their ids in lines and outputs. */
export const existing = {
  'a-00000000000000001': { serviceAccount: 'api', tags: { 'cost center': '1', team: 'payments', 'x:y': 'yes', ü: '' } },
  'a-00000000000000002': {
    serviceAccount: 'worker',
    disableSessionTags: true,
    targetRoleArn: 'arn:aws:iam::444455556666:role/pods-target',
    policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}',
  },
  'a-00000000000000003': { serviceAccount: 'batch', tags: { number: '012', owner: '日本 ☃' } },
} as const;

/** Files that lines name as `$FILES/…`, by their names. */
export const files: Readonly<Record<string, string>> = {
  'name.txt': 'payments',
  'line.txt': 'payments\r\n',
  'tags.json': '{"a": "é", "team": "payments"}\n',
  'tags.txt': 'a=b,team=payments\n',
  'input.json': '{"clusterName": "apps-dev", "namespace": "payments"}',
  'input.yaml': '# an input\nclusterName: apps-dev\nnamespace: payments\ntags: {team: payments}\n',
  'policy.json':
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}\n',
};

const region = 'region = eu-central-1\n';
const keys = (accessKeyId: string) => `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = x\n`;
const printed = '{"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": "x"}';

/** The files of AWS by their names: each source of credentials has a key of its own. */
export const awsFiles: Readonly<Record<string, string>> = {
  config: [
    `[default]\n${region}${keys('DEFAULT')}`,
    `[profile plain]\n${region}${keys('PLAIN')}`,
    `[profile tables]\n${region}output = table\n${keys('TABLES')}`,
    `[profile wrong]\n${region}output = xml\n${keys('WRONG')}`,
    `[profile no-region]\n${keys('NOREGION')}`,
    `[profile region-only]\n${region}`,
    `[profile half]\n${region}aws_access_key_id = HALF\n`,
    `[profile process]\n${region}credential_process = echo '${printed}'\n`,
    '[profile empty]\n',
  ].join(''),
  credentials: `[shared]\n${region}${keys('SHARED')}[plain]\n${keys('SHAREDPLAIN')}`,
  'other-config': `[default]\n${region}output = text\n${keys('OTHER')}[profile plain]\n${region}`,
  'broken-config': '[default]\nregion\n',
};

/** The access keys that can sign; their secret is `x`. */
export const accessKeys = [
  ...['DEFAULT', 'PLAIN', 'TABLES', 'WRONG', 'NOREGION', 'PROCESS', 'SHARED', 'SHAREDPLAIN', 'OTHER', 'ENVIRONMENT'],
];

const variable = /^[A-Z][A-Z_]*=/;

/** Whether a part is of the environment. */
export function isEnvironment([first = '']: readonly string[]): boolean {
  return variable.test(first);
}

/** The variables of a line. */
export function environmentOf(line: Line): Readonly<Record<string, string>> {
  const words = line.filter(isEnvironment).flat();
  return Object.fromEntries(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
}

/** A line as a shell takes it, with the name of the program. */
export function shellText(line: Line): string {
  const environment = line.filter(isEnvironment);
  const others = line.filter((part) => !isEnvironment(part));
  return [...environment.flat().map(assigned), 'pod-identity', ...others.flat().map(quoted)].join(' ');
}

function assigned(word: string): string {
  const start = word.indexOf('=') + 1;
  return word.slice(0, start) + quoted(word.slice(start));
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
