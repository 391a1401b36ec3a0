import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const keys = (key: string, more = '') => `aws_access_key_id = ${key}\naws_secret_access_key = s\n${more}`;
const region = 'region = eu-west-1\n';
const printed = (key: string) =>
  `echo '{"Version": 1, "AccessKeyId": "${key}", "SecretAccessKey": "s", "SessionToken": "of ${key}"}'`;
const role = (name: string) => `role_arn = arn:aws:iam::111122223333:role/${name}\n`;
const startUrl = 'https://people.example.com/start';
const ssoRole = 'sso_account_id = 111122223333\nsso_role_name = Reader\n';
const sso = `${ssoRole}sso_start_url = ${startUrl}\nsso_region = eu-west-1\n`;

/** The profiles of the config file; `$FILES` is the folder of the files. */
const configProfiles: Readonly<Record<string, string>> = {
  keys: keys('CONFIG', region),
  'no-region': keys('NOREGION'),
  token: keys('TOKEN', `${region}aws_session_token = t\naws_security_token = former\n`),
  empty: '',
  'region-only': region,
  'half-key': `aws_access_key_id = HALF\n${region}`,
  'half-secret': `aws_secret_access_key = s\n${region}`,
  'both-files': keys('BOTHCONFIG', region),
  'region-of-both': keys('REGION', region),
  process: `credential_process = ${printed('PROCESS')}\n${region}`,
  'process-and-keys': `credential_process = ${printed('PROCESS2')}\n${keys('UNDERPROCESS', region)}`,
  'process-under-shared': `credential_process = ${printed('PROCESS3')}\n${region}`,
  'process-fails': `credential_process = sh -c 'echo the session has expired >&2; exit 3'\n${region}`,
  'process-version': `credential_process = echo '{"Version": 2}'\n${region}`,
  'process-without-shell': `credential_process = echo '{"Version": 1, "AccessKeyId": "A$HOME*", "SecretAccessKey": "s"}'\n${region}`,
  'process-open-quote': `credential_process = echo "x\n${region}`,
  role: `${role('Plain')}source_profile = keys\n${region}`,
  'role-named': `${role('Named')}source_profile = keys\nrole_session_name = me\nexternal_id = xy\nduration_seconds = 900\n${region}`,
  'role-chain': `${role('Chain')}source_profile = role\n${region}`,
  'role-self': `${role('Self')}source_profile = role-self\n${keys('SELF', region)}`,
  'role-loop': `${role('Loop')}source_profile = role-loop-2\n${region}`,
  'role-loop-2': `${role('Loop2')}source_profile = role-loop\n${region}`,
  'role-alone': `${role('Alone')}source_profile = role-alone\n${region}`,
  'role-of-environment': `${role('Environment')}credential_source = Environment\n${region}`,
  'role-of-container': `${role('Container')}credential_source = EcsContainer\n${region}`,
  'role-of-instance': `${role('Instance')}credential_source = Ec2InstanceMetadata\n${region}`,
  'role-of-other-case': `${role('Case')}credential_source = environment\n${region}`,
  'role-of-both': `${role('Both')}credential_source = Environment\nsource_profile = keys\n${region}`,
  'role-of-none': role('None') + region,
  'role-with-keys': `${role('WithKeys')}${keys('ROLEKEYS', region)}`,
  'role-of-missing': `${role('Missing')}source_profile = nowhere\n${region}`,
  'role-of-empty': `${role('Empty')}source_profile = region-only\n${region}`,
  'role-of-half': `${role('Half')}source_profile = half-key\n${region}`,
  'role-of-process': `${role('OfProcess')}source_profile = process\n${region}`,
  'role-of-web': `${role('OfWeb')}source_profile = web\n${region}`,
  'role-of-sso': `${role('OfSso')}source_profile = sso\n${region}`,
  'role-of-shared': `${role('OfShared')}source_profile = shared-only\n${region}`,
  'role-in-shared': region,
  web: `${role('Web')}web_identity_token_file = $FILES/token\n${region}`,
  'web-and-keys': `${role('WebKeys')}web_identity_token_file = $FILES/token\n${keys('UNDERWEB', region)}`,
  'web-without-role': `web_identity_token_file = $FILES/token\n${region}`,
  sso: sso + region,
  'sso-and-keys': sso + keys('UNDERSSO', region),
  'sso-session': `${ssoRole}sso_session = people\n${region}`,
  'sso-signed-out': `${ssoRole}sso_session = others\n${region}`,
  'sso-unknown': `${ssoRole}sso_session = nobody\n${region}`,
  'sso-conflict': `${ssoRole}sso_session = people\nsso_region = eu-north-1\n${region}`,
  'sso-incomplete': `${ssoRole}${region}`,
  '"with space"': keys('SPACE', region),
  "'quoted'": keys('QUOTED', region),
  'indented-key': `s3 =\n  aws_access_key_id = NESTED\n  aws_secret_access_key = s\n${region}`,
  colons: 'aws_access_key_id: COLON\naws_secret_access_key: s\nREGION: eu-west-1\n',
  comments: 'aws_access_key_id = C#1\n; aws_access_key_id = OTHER\naws_secret_access_key = s\nregion = eu-west-1\n',
};

const config = [
  `[default]\n${keys('DEFAULT')}region = eu-central-1\n`,
  ...Object.entries(configProfiles).map(([name, text]) => `[profile ${name}]\n${text}`),
  ...['people', 'others'].map((name) => `[sso-session ${name}]\nsso_start_url = ${startUrl}\nsso_region = eu-west-1\n`),
  `[keys-without-word]\n${keys('WITHOUTWORD', region)}`,
].join('');

const credentials = [
  `[both-files]\n${keys('BOTHSHARED')}`,
  `[process-under-shared]\n${keys('OVERPROCESS')}`,
  `[shared-only]\n${keys('SHARED', region)}`,
  `[region-of-both]\nregion = eu-south-1\n`,
  `[half-key-shared]\naws_access_key_id = HALFSHARED\n${region}`,
  `[profile worded]\n${keys('WORDED', region)}`,
  `[role-in-shared]\n${role('InShared')}source_profile = shared-only\n`,
].join('');

/** All profiles by their names. */
export const profiles: readonly string[] = [
  ...Object.keys(configProfiles).map((name) => name.replaceAll(/["']/g, '')),
  ...['default', 'keys-without-word', 'shared-only', 'half-key-shared', 'profile worded', 'nowhere'],
];

const texts: Readonly<Record<string, string>> = {
  credentials,
  token: 'web-identity',
  none: '',
  'other-config': `[default]\n${keys('OTHER', region)}`,
  'worded-default': `[default]\n${keys('SHORT', region)}[profile default]\n${keys('LONG', region)}`,
  'of-all': `[DEFAULT]\n${keys('ALL', region)}[profile keys]\n`,
  twice: `[profile keys]\n${keys('FIRST')}[profile keys]\n${keys('SECOND')}`,
  'option-twice': `[default]\n${keys('FIRST')}aws_access_key_id = SECOND\n`,
  'no-section': keys('NOSECTION'),
  'not-a-setting': `[default]\n${keys('NOSETTING')}something\n`,
  'with-mark': `\ufeff[default]\n${keys('MARK', region)}`,
  returned: `[default]\r\n${keys('RETURNED', region).replaceAll('\n', '\r\n')}`,
  'ec2-file': 'AWSAccessKeyId=EC2FILE\nAWSSecretKey=s\n',
  boto: `[Credentials]\n${keys('BOTO')}`,
};

/** Writes the files of AWS into a folder, which is the home folder of those who read them. */
export function writeAwsFiles(folder: string): void {
  const all = { config: config.replaceAll('$FILES', folder), ...texts };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text);
  const cache = join(folder, '.aws', 'sso', 'cache');
  mkdirSync(cache, { recursive: true });
  const token = { accessToken: 'sso-token', expiresAt: '2099-01-01T00:00:00Z', startUrl, region: 'eu-west-1' };
  for (const name of [startUrl, 'people']) {
    const file = `${createHash('sha1').update(name).digest('hex')}.json`;
    writeFileSync(join(cache, file), JSON.stringify(token));
  }
}
