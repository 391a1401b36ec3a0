/** Where the approvers of a group are told. */
export interface ApproverChannel {
  readonly channel: string;
  /** The Slack group that is mentioned; null: none. */
  readonly slackGroup: string | null;
}

/** What the bot reads from its environment. */
export interface Settings {
  readonly port: number;
  /** Where browsers and Slack reach the bot, e.g. `https://bot.example`. */
  readonly publicUrl: string;
  readonly slack: {
    readonly botToken: string;
    readonly signingSecret: string;
    /** Another Slack API than Slack's own, for trying out; ends in a slash. */
    readonly apiUrl: string | undefined;
  };
  readonly gateway: {
    readonly url: string;
    /** Secrets of the gateway's webhook: two during a rotation. */
    readonly webhookSecrets: readonly string[];
  };
  readonly oidc: {
    readonly issuer: string;
    readonly clientId: string;
    /** Undefined: a public client. */
    readonly clientSecret: string | undefined;
    /**
     * Parameters of the authorization request, e.g. `scope`, and `resource` or `audience` as the
     * issuer requires.
     */
    readonly parameters: Readonly<Record<string, string>>;
  };
  /** The file that keeps links and requests across restarts; undefined: memory only. */
  readonly stateFile: string | undefined;
  /** The channel that hears of drift, and of ends that nobody else is told; undefined: none. */
  readonly driftChannel: string | undefined;
  /** By the group that approves. Approvers of other groups are told nowhere. */
  readonly approvers: ReadonlyMap<string, ApproverChannel>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const loopback = /^http:\/\/(127\.0\.0\.1|localhost)[:/]/;

/**
 * Reads the settings.
 *
 * @throws Error that names every setting that is missing or wrong
 */
export function readSettings(environment: Environment): Settings {
  const problems: string[] = [];
  const optional = (name: string) => (environment[name] === '' ? undefined : environment[name]);
  const required = (name: string) => {
    if (optional(name) === undefined) problems.push(`${name} is not set.`);
    return optional(name) ?? '';
  };
  const url = (name: string) => {
    const value = required(name).replace(/\/+$/, '');
    const isSafe = URL.canParse(value) && (value.startsWith('https://') || loopback.test(`${value}/`));
    if (value !== '' && !isSafe) problems.push(`${name} is not an https URL.`);
    return value;
  };
  const settings: Settings = {
    port: Number(optional('PORT') ?? 3000),
    publicUrl: url('PUBLIC_URL'),
    slack: {
      botToken: required('SLACK_BOT_TOKEN'),
      signingSecret: required('SLACK_SIGNING_SECRET'),
      apiUrl: optional('SLACK_API_URL'),
    },
    gateway: { url: url('GATEWAY_URL'), webhookSecrets: required('WEBHOOK_SECRET').split(' ') },
    oidc: {
      issuer: url('OIDC_ISSUER'),
      clientId: required('OIDC_CLIENT_ID'),
      clientSecret: optional('OIDC_CLIENT_SECRET'),
      parameters: Object.fromEntries(new URLSearchParams(optional('OIDC_PARAMETERS') ?? 'scope=openid offline_access')),
    },
    stateFile: optional('STATE_FILE'),
    driftChannel: optional('DRIFT_CHANNEL'),
    approvers: approversOf(optional('APPROVERS') ?? '', problems),
  };
  if (!Number.isInteger(settings.port)) problems.push('PORT is not a number.');
  if (problems.length > 0) throw new Error(`The bot can't start. ${problems.join(' ')}`);
  return settings;
}

/** Channels of a text such as `platform-admins=C0123456789/S0123456789 security=C9876543210`. */
function approversOf(text: string, problems: string[]): ReadonlyMap<string, ApproverChannel> {
  const entries = text
    .split(/\s+/)
    .filter(Boolean)
    .map((entry) => {
      const [, group = '', channel = '', slackGroup = null] = /^(.+)=([A-Z][\w-]*)(?:\/(S\w+))?$/.exec(entry) ?? [];
      if (group === '')
        problems.push(`APPROVERS has ${entry}, which is not GROUP=CHANNEL or GROUP=CHANNEL/SLACK-GROUP.`);
      return [group, { channel, slackGroup }] as const;
    });
  return new Map(entries);
}
