/**
 * A command line in parts: the name of the command, and each option with its values. A part can be left out of a failing line, and
 * what remains is a command line too.
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

/** The shared configuration of AWS. */
export const configuration = `[default]
region = eu-central-1
aws_access_key_id = simulator
aws_secret_access_key = x
[profile plain]
region = eu-central-1
aws_access_key_id = simulator
aws_secret_access_key = x
[profile tables]
region = eu-central-1
output = table
aws_access_key_id = simulator
aws_secret_access_key = x
[profile wrong]
region = eu-central-1
output = xml
aws_access_key_id = simulator
aws_secret_access_key = x
`;

/** A line as a shell takes it. */
export function shellText(line: Line): string {
  return line.flat().map(quoted).join(' ');
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
