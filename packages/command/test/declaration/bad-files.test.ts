import { binding, head, problemsOf, wrong } from './bad-file.ts';

const other = binding.replace('[api]', '[worker]');
const latin1 = (text: string) => Buffer.from(text, 'latin1');

test.each<readonly [string, string | Uint8Array, readonly (readonly [string, string])[]]>([
  ['an empty file', '', [['1:1', 'has no declaration']]],
  ['a file of comments', '# later\n---\n# or never\n', [['1:1', 'has no declaration']]],
  ['a list instead of a mapping', '- 1\n', [['1:1', 'The declaration must be a mapping']]],
  ['a text instead of a mapping', 'hello\n', [['1:1', 'The declaration must be a mapping']]],
  [
    'unknown fields',
    head + wrong(binding).replace('roleArn', 'rolArn') + 'owner: me\n',
    [
      ['4:5', 'bindings[0] lacks roleArn'],
      ['4:5', 'has no field rolArn'],
      ['5:18', 'has no field zone'],
      ['8:1', 'has no field owner'],
    ],
  ],
  [
    'an emoji before it in the line, which is one column',
    `${head}${binding}    tags: { a: "😀😀", b: [] }\n`,
    [['8:25', 'bindings[0].tags.b must be a text']],
  ],
  [
    'duplicate keys, beside other problems',
    head + wrong(binding) + '    clusters: [b]\nname: other\n',
    [
      ['5:18', 'has no field zone'],
      ['8:5', 'clusters is given twice: it is also in line 5'],
      ['9:1', 'name is given twice: it is also in line 2'],
    ],
  ],
  [
    'names that are twice in a list',
    head +
      binding
        .replace('[payments]', '[a, b, a]')
        .replace('[apps-dev]', '[{region: r, clusterName: c}, x, {clusterName: c, region: r}]'),
    [
      ['5:48', 'bindings[0].clusters[2] is given twice'],
      ['6:24', 'bindings[0].namespaces[2] is given twice'],
    ],
  ],
  [
    'two bindings of one service account, beside other problems',
    head + binding + wrong(other) + binding,
    [
      ['9:18', 'has no field zone'],
      ['15:23', 'apps-dev/payments/api already has a binding: '],
    ],
  ],
  ['an overlap of several names', head + binding + binding.replace('[api]', '[worker, api]'), [['11:31', 'binding']]],
  [
    'tabs as indentation, beside other problems',
    `${head}${wrong(binding)}\t# note\n    \ttags: {a: 1}\n`,
    [
      ['5:18', 'has no field zone'],
      ['9:5', 'Tabs'],
      ['9:16', 'bindings[0].tags.a must be a text'],
    ],
  ],
  [
    'anchors and aliases',
    head +
      binding.replace('[apps-dev]', '&all [apps-dev]') +
      other.replace('[apps-dev]', '*all') +
      '    tags: { <<: *all }\n',
    [
      ['9:15', 'Aliases are not supported'],
      ['12:17', 'Aliases are not supported'],
    ],
  ],
  [
    'a byte order mark, with another problem',
    `\ufeff${head.replace('1', '2')}${binding}`,
    [['1:10', 'version must be 1']],
  ],
  [
    'Windows line ends, with other problems',
    (head + wrong(binding) + wrong(other)).replaceAll('\n', '\r\n'),
    [
      ['5:18', 'has no field zone'],
      ['9:18', 'has no field zone'],
    ],
  ],
  [
    'wrong types',
    `version: '1'\nname: 7\nbindings:\n  - roleArn: [a]\n    clusters: apps\n    namespaces: { a: b }\n    serviceAccounts: [1, null, true]\n    disableSessionTags: 1\n`,
    [
      ['1:10', 'version must be 1'],
      ['2:7', 'name must be a text: write it in quotes'],
      ['4:14', 'bindings[0].roleArn must be a text'],
      ['5:15', 'bindings[0].clusters must be a list'],
      ['6:17', 'bindings[0].namespaces must be a list'],
      ['7:23', 'bindings[0].serviceAccounts[0] must be a text'],
      ['7:26', 'bindings[0].serviceAccounts[1] must be a text'],
      ['7:32', 'bindings[0].serviceAccounts[2] must be a text'],
      ['8:25', 'bindings[0].disableSessionTags must be true or false'],
    ],
  ],
  ['a binary file', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0x0a, 0x61, 0x00, 0x01]), [['2:2', 'binary']]],
  ['a file in UTF-16', Buffer.from(`\ufeff${head}`, 'utf16le'), [['1:1', 'UTF-16']]],
  ['a file in Latin-1', latin1(`${head}${binding}    reason: für\n`), [['8:14', 'not UTF-8']]],
  ['a truncated character', Buffer.from(`${head}# ü`).subarray(0, -1), [['4:3', 'not UTF-8']]],
  ['nested lists', `${head}  - clusters: ${'['.repeat(20_000)}`, [['4:112', 'nested too deeply']]],
  ['nested mappings', '{a: '.repeat(20_000), [['1:401', 'nested too deeply']]],
  ['a closed nesting', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, [['1:101', 'nested too deeply']]],
  [
    'a missing bracket, beside other problems',
    head + wrong(binding) + other.replace('[apps-dev]', '[apps-dev') + wrong(binding.replace('api]', 'job]')),
    [
      ['5:18', 'has no field zone'],
      ['10:5', 'Flow sequence'],
      ['13:18', 'has no field zone'],
    ],
  ],
  ['a quote that is not closed', `${head}${binding}    reason: "because\n`, [['9:1', 'Missing closing "quote']]],
  [
    'a wrong indentation, beside other problems',
    head + wrong(binding) + other.replace('    namespaces', '   namespaces') + wrong(binding.replace('api]', 'job]')),
    [
      ['5:18', 'has no field zone'],
      ['10:1', 'Sequence item without - indicator'],
      ['11:1', ''],
      ['13:18', 'has no field zone'],
    ],
  ],
  [
    'a conflict of git',
    `version: 1\n<<<<<<< HEAD\nname: a\n=======\nname: b\n>>>>>>> x\nbindings: []\n`,
    [
      ['2:1', ''],
      ['4:1', ''],
      ['6:1', ''],
      ['6:1', ''],
      ['6:2', ''],
      ['6:9', ''],
      ['7:1', ''],
    ],
  ],
  ['a key that is a list', `${head}${binding}    ? [a]\n    : b\n`, [['8:7', 'A key must be a text']]],
  ['a tag that is not known', `${head}${binding}    reason: !secret x\n`, [['8:13', 'Unresolved tag: !secret']]],
  ['a plan', '{\n "format": "pod-identity-plan/1"\n}\n', [['1:1', 'This is a saved plan']]],
  [
    'another document of another name',
    `${head}${binding}---\n${head.replace('payments', 'search')}${other}`,
    [['10:7', '"search" is another name than "payments"']],
  ],
  ['a document without a name', `${head}${binding}---\nversion: 1\nbindings: []\n`, [['9:1', 'lacks name']]],
  [
    'a key that would change the terminal',
    `${head}${binding}"\\e[2J\\u202e": 1\n`,
    [['8:1', String.raw`\u{1b}[2J\u{202e}`]],
  ],
])('%s: all problems are shown at once, at their places', async (_, content, expected) => {
  const lines = await problemsOf(content);
  expect(lines.map((line) => line.split(': ', 1)[0])).toEqual(expected.map(([place]) => place));
  for (const [index, [, message]] of expected.entries()) expect(lines[index]).toContain(message);
});
