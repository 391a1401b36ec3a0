interface Allowed {
  readonly line: RegExp;
  readonly theirs: RegExp;
  readonly ours: RegExp;
}

/** A difference from the AWS CLI that is known, and why it is so. */
export interface Difference {
  /** The sentence of docs/command.md that says so. */
  readonly documented: string;
  readonly reason: string;
  /** What is replaced on both sides before they are compared: the place, the pattern, and its replacement. */
  readonly replaced?: readonly (readonly [place: 'stdout' | 'stderr', pattern: RegExp, by: string])[];
  /** A line whose results may differ if all three patterns are found. A side is `exit CODE`, and its outputs below. */
  readonly allowed?: Allowed | readonly Allowed[];
}

/** All differences that command lines can have. What is replaced is replaced in this order. */
export const differences: readonly Difference[] = [
  {
    documented:
      'Messages for people are on standard error: the client request token, and the warnings of the gateway, such as that running pods need a restart.',
    reason: 'Standard output stays that of the AWS CLI; a person needs the token to send the request again.',
    replaced: [
      ['stderr', /^Client request token: .*\n/m, ''],
      ['stderr', /^(?:Running pods|Pods) .*\n/gm, ''],
    ],
  },
  {
    documented: 'A usage error is one line, which lists the choices.',
    reason: 'The error is also a field of JSON and YAML.',
    replaced: [['stderr', /(?:argument operation)?: Invalid choice[^]*/, ': Invalid choice\n\n']],
  },
  {
    documented: 'Of several usage errors, the first is shown.',
    reason: 'The AWS CLI looks for the value of `--profile` before it reads the line.',
    allowed: {
      line: /--profile(?: --|$)/,
      theirs: /^exit 252\n[^]*--profile: expected one argument/,
      ours: /^exit 252\n/,
    },
  },
  {
    documented: 'Unknown options are named beside missing ones, with a suggestion.',
    reason: 'A misspelt option is missing and unknown at once, and the unknown name shows the mistake.',
    replaced: [
      ['stderr', /(?<=are required: [-, a-z]*)\. Unknown options: [^]*/, '\n\n'],
      ['stderr', /(?<=Unknown options: [^]*)\. Did you mean .*$/m, ''],
    ],
  },
  {
    documented: 'A `--` beside unknown options is not always named.',
    reason: 'It is none of them.',
    replaced: [
      ['stderr', /(?<=Unknown options: .*), --(?=,|$)/gm, ''],
      ['stderr', /(?<=Unknown options: )--, /m, ''],
    ],
  },
  {
    documented: 'Reasons why JSON or YAML is not valid are worded differently, and every map is a `dict`.',
    reason: 'The parsers are others, and say where the mistake is.',
    replaced: [
      ['stderr', /OrderedDict\((\{[^]*?\})\)/g, '$1'],
      ['stderr', /collections\.OrderedDict/g, 'dict'],
      // A date in a map or a list.
      ['stderr', /datetime\.date(?:time)?\([^]*?\)(?=[\]}])|\d{4}-\d\d-\d\d[\d: .+-]*(?=[,\]}])/g, 'date'],
      ['stderr', /: Invalid JSON: .*$/m, ': Invalid JSON:'],
      ['stderr', /'(?:--)?(cli-input-\w+)': Invalid (JSON|YAML) received[^]*/, "'--$1': Invalid $2 received\n\n"],
    ],
  },
  {
    documented: '`--generate-cli-skeleton yaml-input` has comments of its own.',
    reason: 'They are the help texts of this command.',
    replaced: [['stdout', / +# (?:\[REQUIRED\] )?[A-Z].*$/gm, '']],
  },
  {
    documented: "These can't be shortened, so that a prefix means what it means in the AWS CLI.",
    reason: 'The parameters of the gateway are listed among those that are valid.',
    replaced: [
      [
        'stderr',
        /(?<=must be one of: [\w, ]*)(?:, (?:ifExists|expiresAt|expectedModifiedAt|reason|onBehalfOf|accountId)|, clientRequestToken(?=, exp)|, roleArn(?=, max))/g,
        '',
      ],
    ],
  },
  {
    documented: 'All options of AWS CLI 2.23 and 2.34 for these commands have the same meaning:',
    reason: 'An AWS CLI before 2.34 does not know `--cli-error-format` and `--output off`.',
    replaced: [['stderr', /(ambiguous option: .*), --cli-error-format$/m, '$1']],
    allowed: [
      {
        line: /--o\w*[= ]off/,
        theirs: /^exit 252\n[^]*Invalid choice/,
        // Nothing is on standard output.
        ours: /^exit (?:0\n(?:Client request token: .*\n|(?:Running pods|Pods) .*\n|warning: .*\n)*$|25[2345]\n(?:Client request token: .*\n|warning: .*\n)*\n)/,
      },
      // Of several, the last one counts.
      { line: /--o\w*[= ]off .*--o\w*[= ]/, theirs: /^exit 252\n[^]*Invalid choice/, ours: /^exit 0\n/ },
    ],
  },
  {
    documented: 'Tokens of pages are cursors of the gateway.',
    reason: 'A cursor remembers what the reader may see.',
    replaced: [
      ['stdout', /"?nextToken"?: "?[\w.+/=-]+"?/gi, 'nextToken: …'],
      ['stdout', /^NEXT[A-Z]+\t.*/gm, 'NEXT…'],
    ],
    allowed: [
      {
        line: /--next-|--sta\w*-|NextToken|nextToken/,
        theirs: /^exit (?:0|254)\n/,
        ours: /^exit 254\n[^]*InvalidParameterException[^]*cursor/,
      },
      // The width of a table.
      {
        line: /--max-|--page-|maxResults/,
        theirs: /^exit 0\n-{9}[^]*\bnexttoken\b/i,
        ours: /^exit 0\n-{9}[^]*\bnexttoken\b/i,
      },
    ],
  },
  {
    documented: 'A refusal has the exception of EKS and the message of the gateway.',
    reason: 'The gateway says which policy or value it is about, and what to do.',
    replaced: [['stderr', /^\n(An error occurred \(\w+\) when calling the \w+ operation): [^]*/, '\n$1\n']],
  },
  {
    documented:
      'The gateway refuses invalid values, such as a role that is not an ARN: all at once, with exit code 254.',
    reason: 'The gateway checks values before policies, so that EKS gets only requests that it can accept.',
    allowed: {
      line: /./,
      theirs:
        /^exit 254\n\nAn error occurred \((?:ResourceNotFound|InvalidRequest|ResourceInUse|UnknownOperation)Exception\)/,
      ours: /^exit 254\n(?:Client request token: .*\n)?\nAn error occurred \(InvalidParameterException\)/,
    },
  },
  {
    documented: "A text that can't be an association id is answered as not found.",
    reason: 'The gateway looks for it as for any other.',
    allowed: {
      line: /--ass|associationId/,
      theirs: /^exit 254\n\nAn error occurred \((?:InvalidParameter|UnknownOperation)Exception\)/,
      ours: /^exit 254\n(?:Client request token: .*\n)?\nAn error occurred \(ResourceNotFoundException\)/,
    },
  },
  {
    documented: 'Tags of what is not an association are refused before anything is sent.',
    reason: 'The gateway manages associations only.',
    allowed: {
      line: /--res/,
      theirs: /^exit (?:0\n|254\n\nAn error occurred)/,
      ours: /^exit 254\n\nAn error occurred \(BadRequestException\)[^]*: The gateway changes tags of associations only/,
    },
  },
  {
    documented: 'A change in a cluster that the gateway does not manage is denied.',
    reason: 'No policy permits what the inventory does not have.',
    allowed: {
      line: /--re|AWS_(?:DEFAULT_)?REGION=|none|name\.txt/,
      theirs: /^exit 254\n\nAn error occurred \(ResourceNotFoundException\)/,
      ours: /^exit 254\n(?:Client request token: .*\n)?\nAn error occurred \(AccessDeniedException\)/,
    },
  },
  {
    documented: 'A value that is not valid ends a command before region and credentials are looked for.',
    reason: 'A person with a login has neither.',
    allowed: {
      line: /./,
      theirs: /^exit (?:253\n\nYou must specify a region|255\n\nPartial credentials found)/,
      ours: /^exit 252\n\n(?:Parameter validation failed:|Cannot specify --no-paginate along with)/,
    },
  },
  {
    documented: 'A sample answer (`--generate-cli-skeleton output`) needs neither, and may have options for pages.',
    reason: 'Nothing is sent, and the AWS CLI rejects its own parameter PaginationConfig.',
    allowed: [
      {
        line: /--g[a-z-]*[= ]output/,
        theirs: /^exit (?:253\n\nYou must specify a region|255\n\nPartial credentials found|252\n[^]*PaginationConfig)/,
        ours: /^exit 0\n/,
      },
      {
        line: /--g[a-z-]*[= ]output/,
        theirs: /^exit 252\n\nParameter validation failed:\nUnknown parameter in input: "PaginationConfig"[^\n]*\n./,
        ours: /^exit 252\n\nParameter validation failed:\n(?!Unknown parameter in input: "PaginationConfig")/,
      },
    ],
  },
  {
    documented: "A page token that can't be read is refused before anything is sent.",
    reason: 'Nothing that is sent could make it valid.',
    allowed: [
      {
        line: /--sta[a-z-]*[= ]eyJ/,
        // oxlint-disable-next-line no-control-regex -- the codes of colours
        theirs: /^exit 255\n\n(?:\x1b\[0m)?slice indices must be integers/,
        ours: /^exit 255\n\nslice indices must be integers/,
      },
      {
        line: /--sta[a-z-]*[= ](?:eyJ|\w*___)/,
        theirs:
          /^exit (?:253\n\n(?:You must specify a region|Unable to locate credentials)|255\n\nPartial credentials found)/,
        ours: /^exit 25[25]\n\n(?:Bad starting token|slice indices must be integers)/,
      },
    ],
  },
  {
    documented: 'A missing region and missing credentials name the options and variables of the gateway too.',
    reason: 'A person can sign in, or give a token.',
    replaced: [
      [
        'stderr',
        /^\nYou must specify a region(?:\. You can also configure your region by running "aws configure"\.|: with --region or --gateway-region, or in AWS_REGION\.)\n$/,
        '\nNo region\n',
      ],
      [
        'stderr',
        /^\nUnable to locate credentials\. (?:You can configure credentials by running "aws configure"\.|Sign in \(pod-identity login\), configure AWS credentials \(aws configure\), or give a JWT with --token or POD_IDENTITY_TOKEN\.)\n$/,
        '\nNo credentials\n',
      ],
    ],
  },
  {
    documented:
      'It also refuses reserved tags, empty names, and characters in tags and names that AWS does not document.',
    reason: 'The gateway checks them, also where EKS may accept them.',
    allowed: {
      line: /pod-identity-gateway\/|aws:x|it\W+s|\\"y|b\\,c|e, f|--(?:nam|ser)[a-z-]*(?:[= ]'?(?:é|日本|a=b|-| |Bad)| ''|=(?: |$))/,
      theirs: /^exit 0\n/,
      ours: /^exit 254\n[^]*InvalidParameterException/,
    },
  },
  {
    documented: 'A page can have 1,000 associations, at EKS 100.',
    reason: 'The gateway reads as many pages of EKS as it needs.',
    allowed: {
      line: /--(?:page-s|max-r)\w*[= ]1(?:000|01)/,
      theirs: /^exit 254\n/,
      ours: /^exit (?:0|255\n\nIn function)/,
    },
  },
  {
    documented: '`tags` has the ownership tag of the gateway, and tags are sorted by key.',
    reason:
      'The gateway answers with a list of tags, which needs an order. (The comparison leaves out the ownership tag.)',
    allowed: { line: /c=1,a=2/, theirs: /^exit 0\n[^]*c\W+1[^]+a\W+2/, ours: /^exit 0\n[^]*a\W+2[^]+c\W+1/ },
  },
  {
    documented: 'In JSON, integer keys come first.',
    reason: 'The answers of EKS have no such keys; tags can.',
    allowed: {
      line: /"2": 1, "1": 2/,
      theirs: /^exit 0\n\{\s*"2": 1,\s*"1": 2\s*\}\n$/,
      ours: /^exit 0\n\{\s*"1": 2,\s*"2": 1\s*\}\n$/,
    },
  },
  {
    documented: '`help` shows the texts of this command, also after `--` where options are missing.',
    reason: 'The texts are of this command, and need no pager.',
    // The AWS CLI gives its text to a pager.
    allowed: [
      { line: / help(?: |$)/, theirs: /^exit 0\n$/, ours: /^exit 0\nUsage: pod-identity / },
      {
        line: / -- help(?: |$)/,
        theirs: /^exit 252\n[^]*(?:the following arguments are required: --|argument --output: Invalid choice)/,
        ours: /^exit 0\nUsage: pod-identity /,
      },
    ],
  },
  {
    documented: 'Required options may be left out after `--cli-input-json=…` too.',
    reason: 'Both forms of an option mean the same.',
    allowed: {
      line: /--(?:cli-input-|g)[a-z-]*=|--(?:cli-input-(?!json |yaml )|g(?!enerate-cli-skeleton ))[a-z-]* /,
      theirs: /^exit 252\n[^]*arguments are required/,
      ours: /^exit (?:0|25[2345])\n(?![^]*arguments are required)/,
    },
  },
  {
    documented: '`--cli-binary-format` changes nothing, and `fileb://` is read as text.',
    reason: 'No parameter is binary, so that the AWS CLI rejects every value of it.',
    allowed: {
      line: /fileb:/,
      theirs: /^exit (?:252\n[^]*<class 'bytes'>|255\n[^]*in <string>)/,
      ours: /^exit (?:0|25[2345])\n(?![^]*fileb:)/,
    },
  },
  {
    documented: 'If options for pages exclude each other, the message names them.',
    reason: 'The AWS CLI names its own parameter PaginationConfig.',
    allowed: {
      line: /--(?:max-i|page-|sta)[a-z-]*/,
      theirs: /^exit 252\n[^]*PaginationConfig/,
      ours: /^exit 252\n[^]*Cannot specify --no-paginate along with pagination arguments: --/,
    },
  },
  {
    documented: 'Errors have no colours.',
    reason: 'The AWS CLI has them where a table with colours had begun.',
    // oxlint-disable-next-line no-control-regex -- the codes of colours
    replaced: [['stderr', /\x1b\[0m/g, '']],
  },
  {
    documented: 'An empty map of tags counts as none.',
    reason: 'EKS rejects it, and a script may build one.',
    allowed: { line: /tags\W*\{\}/, theirs: /^exit 254\n[^]*InvalidParameterException/, ours: /^exit 0\n/ },
  },
  {
    documented: 'In YAML, `!!float` and `!!int` apply only to what looks like one.',
    reason: 'The parser keeps to YAML 1.2.',
    allowed: {
      line: /--cli-input-y[^]*!!(?:float|int)/,
      theirs:
        /^exit (?:0\n|252\n\nParameter validation failed|25[34]\n|255\n\n(?:invalid literal for int|could not convert|string index))/,
      ours: /^exit 252\n\nError parsing parameter '--cli-input-yaml': Invalid YAML received: Unresolved tag: tag:yaml\.org,2002:(?:float|int) /,
    },
  },
  {
    documented: 'In YAML, an escaped pair of surrogates is one character.',
    reason: 'Python keeps the two apart, and fails when it sends them.',
    allowed: {
      line: /--cli-input-y[^]*\\ud[89ab]/i,
      theirs: /^exit 255\n\n'utf-8' codec can't encode/,
      ours: /^exit 25[24]\n/,
    },
  },
  {
    documented: 'A query that selects an expression (`&name`) fails with a message that says so.',
    reason: 'The AWS CLI says “Circular reference detected”, or prints an address in memory.',
    allowed: {
      line: /&a/,
      theirs: /^exit (?:255\n[^]*Circular reference detected|0\n[^]*_Expression object)/,
      ours: /^exit 255\n[^]*An expression/,
    },
  },
  {
    documented: 'A key of YAML that is a number or a date is text, and so not a parameter.',
    reason: 'The AWS CLI fails: keywords must be strings.',
    allowed: { line: /--cli-input-y/, theirs: /^exit 255\n[^]*keywords must be strings/, ours: /^exit 252\n/ },
  },
  {
    documented:
      'An unknown output format of a profile or the environment ends a command before values, region and credentials are checked and anything is changed.',
    reason: 'The AWS CLI makes the change first.',
    allowed: {
      line: /(?:--pro\w*[= ]|PROFILE=)wrong|AWS_DEFAULT_OUTPUT=(?:''|xml)/,
      theirs:
        /^exit (?:252\n\nParameter validation failed|253\n\n(?:You must specify a region|Unable to locate credentials)|254\n\nAn error occurred|255\n\n(?:Unknown output type|Partial credentials found|keywords must be strings))/,
      ours: /^exit 255\n\nUnknown output type/,
    },
  },
  {
    documented: 'An empty `--region` or `AWS_REGION` is an error before anything is sent.',
    reason: 'The AWS CLI fails later, because no host has this name.',
    allowed: [
      {
        line: /--re\w*(?:=(?: |$)| '')|AWS_REGION=''/,
        theirs:
          /^exit (?:252\n\nParameter validation failed|253\n\nUnable to locate credentials|254\n\nAn error occurred \(IncompleteSignatureException\)|255\n\n(?:Partial credentials found|The config profile|Unknown output type))/,
        ours: /^exit 255\n\nProvided region_name '' doesn't match a supported format/,
      },
      {
        line: /--g[a-z-]*[= ]output/,
        theirs: /^exit 0\n/,
        ours: /^exit 255\n\nProvided region_name '' doesn't match a supported format/,
      },
    ],
  },
];

/** Sentences of the page on what no command line of the tests has, by the test or the reason. */
export const differencesElsewhere: Readonly<Record<string, string>> = {
  '`to_string(&name)` shows `&expression`, not an address in memory.': 'packages/command/test/jmespath.aws-cli.test.ts',
  'A code of a device (`mfa_serial`) is not asked for: the message says how to get credentials with the AWS CLI.':
    'A line has no terminal.',
  'A list is in the order of EKS, without associations that you may not view.': 'Both sides read one EKS.',
  'Retries are those [above](#lost-answers): `AWS_MAX_ATTEMPTS` and `AWS_RETRY_MODE` are ignored.':
    'packages/command/test/command.test.ts',
  '`--cli-auto-prompt` asks for the command and each missing option.': 'packages/command/test/run.test.ts',
  '`AWS_CLI_AUTO_PROMPT=on` does what `on-partial` does.': 'packages/command/test/run.test.ts',
  'Errors have the format of AWS CLI 2.34, with `--cli-error-format legacy` the earlier one.':
    'The comparison uses the earlier format.',
  "A profile's settings for times, binary values and retries are ignored.": 'A line has no such setting.',
  'Times are in the local time zone.': 'Both sides use one time zone.',
  'There is no pager.': 'No output of the comparison is a terminal.',
  'A reader that closes the pipe, such as `head`, does not change the exit code.':
    'packages/command/test/package.slow.test.ts',
  'Nor does an output that is closed (`>&-`): Node.js opens `/dev/null` in its place.':
    'A closed output looks as one that the caller discards.',
  'A full disk is an error, with exit code 255.': 'packages/command/test/package.slow.test.ts',
  'In tables, some 80 symbols, such as `U+4DC0`, are as wide as in Unicode 16; an AWS CLI with an older Python takes them for narrow ones.':
    'packages/command/test/output.aws-cli.test.ts',
};
