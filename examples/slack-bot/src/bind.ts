import type { App, BlockButtonAction, webApi } from '@slack/bolt';
import { GatewayError, missingTags, refusalWordsOf } from 'pod-identity-client';
import type { GatewayClient, Refusal, TagInput } from 'pod-identity-client';
import type { Line } from './blocks.ts';
import { bindableOptions, clusterOf, clusterOptions, namespaceOptions } from './choices.ts';
import type { Parts } from './command.ts';
import { failureReply } from './failures.ts';
import { namespaceMenu, placeOf, placeView, roleView, view } from './forms.ts';
import type { Draft, Place } from './forms.ts';
import { personOf } from './people.ts';
import type { Person } from './people.ts';
import { askedLines, refusalLines, warningLines } from './render.ts';
import type { Input } from './requests.ts';

/** What opens the form. */
interface Opening {
  readonly triggerId: string;
  readonly channel: string;
  readonly person: Person;
  /** The words after `bind`. */
  readonly words: readonly string[];
}

/**
 * Opens the first form, with what the words of the command say. The trigger is valid for three seconds, so nothing is read before; a person
 * whose sign-in has ended then gets the link for another one in place of empty menus.
 */
export async function openBind(
  client: webApi.WebClient,
  { triggerId, channel, person, words }: Opening,
  { requests, links }: Parts,
): Promise<void> {
  const reading = view({ title: 'Bind a role', lines: [['Reading the clusters…']] });
  const first = words.length > 0 ? reading : placeView({ channel });
  const { view: opened } = await client.views.open({ trigger_id: triggerId, view: first });
  try {
    const reader = await requests.clientOf(person);
    if (words.length === 0 || opened?.id === undefined) return;
    await client.views.update({ view_id: opened.id, view: placeView(await placeIn(reader, { channel, words })) });
  } catch (error) {
    const card = await failureReply(error, person, links);
    if (opened?.id !== undefined) await client.views.update({ view_id: opened.id, view: view(card) });
  }
}

/**
 * The place that the words of a command name: a cluster, a service account in its namespace, and
 * tags. Only the channel if they name no cluster, or several.
 */
async function placeIn(client: GatewayClient, { channel, words }: Pick<Opening, 'channel' | 'words'>): Promise<Place> {
  const [clusterName = '', account = '', ...tags] = words;
  const options = await clusterOptions(client, { channel }, clusterName);
  const [cluster, ...others] = options.filter(({ value }) => value.endsWith(`/${clusterName}`));
  if (cluster === undefined || others.length > 0) return { channel };
  const [namespace = '', serviceAccount = ''] = account.split('/');
  return { channel, cluster: cluster.value, namespace, serviceAccount, tags: tagsOf(tags.join(',')) };
}

type ViewState = Readonly<
  Record<string, Readonly<Record<string, { value?: string | null; selected_option?: { value: string } | null }>>>
>;

/** What is in a field of a form; undefined if it is empty. */
function field(values: ViewState, name: string): string | undefined {
  const [element] = Object.values(values[name] ?? {});
  return (element?.selected_option?.value ?? element?.value ?? '').trim() || undefined;
}

/**
 * Registers the forms of `/pod-identity bind`: place, role, what would happen, and the request
 * itself.
 */
export function registerBind(app: App, parts: Parts): void {
  const { requests, links } = parts;

  registerMenus(app, parts);

  // Another cluster has other namespaces.
  app.action('cluster', async ({ ack, body, action, client }) => {
    await ack();
    if (body.type !== 'block_actions' || !body.view || action.type !== 'external_select') return;
    const { channel } = JSON.parse(body.view.private_metadata) as Place;
    const next = placeView({ channel, cluster: action.selected_option?.value });
    await client.views.update({ view_id: body.view.id, view: next });
  });

  app.view('bind_place', async ({ ack, body, view: form }) => {
    const { channel } = JSON.parse(form.private_metadata) as Place;
    const { values } = form.state;
    const [cluster, namespace, serviceAccount] = ['cluster', 'namespace', 'service_account'].map((name) =>
      field(values, name),
    );
    // The form may have been submitted before it showed the menu of another cluster.
    if (cluster === undefined || values.namespace?.[namespaceMenu(cluster)] === undefined) {
      return ack({ response_action: 'errors', errors: { namespace: 'Choose a namespace of this cluster.' } });
    }
    const tags = tagsOf(field(values, 'tags') ?? '');
    const place = { channel, cluster, namespace, serviceAccount, tags };
    const errors = await errorsIn(place, () => requests.clientOf(personOf(body)));
    await ack(errors ? { response_action: 'errors', errors } : { response_action: 'update', view: roleView(place) });
  });

  app.view('bind_role', async ({ ack, body, view: form, client }) => {
    const draft = draftOf(JSON.parse(form.private_metadata) as Place, form.state.values);
    if (JSON.stringify(draft).length > maxMetadata) {
      return ack({ response_action: 'errors', errors: { reason: 'Shorten the reason or the tags.' } });
    }
    await ack({
      response_action: 'update',
      view: view({ title: 'Checking', lines: askedLines({ person: personOf(body), ...draft }) }),
    });
    const next = await dryRun(personOf(body), draft, parts);
    await client.views.update({ view_id: form.id, view: next });
  });

  // From a result back to a form, with what was in it.
  app.action<BlockButtonAction>(/^back_to_(place|role)$/, async ({ ack, body, action, client }) => {
    await ack();
    if (!body.view) return;
    const draft = JSON.parse(body.view.private_metadata) as Draft;
    const place = placeOf(draft);
    const next = action.action_id === 'back_to_place' ? placeView(place) : roleView(place, draft);
    await client.views.update({ view_id: body.view.id, view: next });
  });

  app.view('bind_send', async ({ ack, body, view: form }) => {
    await ack();
    const person = personOf(body);
    const { channel, input } = JSON.parse(form.private_metadata) as Draft;
    // The same for each delivery of this submission, and for no other one.
    const token = `slack-${person.team}-${form.id}`;
    await requests.submit({ token, person, input, channel });
  });

  app.action<BlockButtonAction>('resume', async ({ ack, body, action, respond }) => {
    await ack();
    const token = action.value ?? '';
    const owner = (await requests.read(token))?.person;
    const person = personOf(body);
    const isOwner = owner?.user === person.user && owner.team === person.team;
    // The request is sent with the credentials of who asked: the press of another person must not
    // use them.
    if (isOwner) {
      await requests.resume(token);
      return;
    }
    const text = owner ? 'Only who asked can try again.' : 'This request is not known any more: ask again.';
    await respond({ response_type: 'ephemeral', replace_original: false, text });
  });

  async function dryRun(person: Person, draft: Draft, { requests: known }: Parts) {
    try {
      const client = await known.clientOf(person);
      const check = await client.checkCreatePodIdentityAssociation(draft.input);
      const { refusal } = check;
      const needsApproval = refusal?.code === 'APPROVAL_REQUIRED';
      const canBeSent = check.wouldBeAttempted || needsApproval;
      const result: Line[] = refusal
        ? [[{ bold: refusalWordsOf(refusal.code).title }], ...refusalLines(refusal)]
        : [['Policy permits it.']];
      const notes = warningLines(check.warnings);
      const lines = [...askedLines({ person, ...draft }), ...result, ...notes];
      const title = canBeSent ? (needsApproval ? 'Would be held' : 'Ready to send') : 'Would be refused';
      const card = { title, lines, buttons: backButtons };
      const missing = refusal ? missingTags(refusal) : [];
      const metadata = JSON.stringify({ ...draft, missingTags: missing });
      const kept = metadata.length > maxMetadata ? JSON.stringify(draft) : metadata;
      return view(card, { metadata: kept, ...(canBeSent && { submit: 'Send', callbackId: 'bind_send' }) });
    } catch (error) {
      return view(await failureReply(error, person, links));
    }
  }
}

/** The most characters of the private metadata of a form, as Slack allows. */
const maxMetadata = 3_000;

const backButtons = [
  { text: 'Back', action: 'back_to_role' },
  { text: 'Change place or tags', action: 'back_to_place' },
];

/** The fields of the first form, by the names that findings have. */
const placeFields: Readonly<Record<string, string>> = { serviceAccount: 'service_account', tags: 'tags' };

type Findings = Extract<Refusal, { __typename: 'InvalidInput' }>['findings'];

/** Slack waits for three seconds. Milliseconds. */
const longestCheckMs = 2_000;

/**
 * What is wrong in the first form, by field: the menu of roles would be empty, without saying why.
 * Null if nothing is, or it takes too long to tell.
 */
async function errorsIn(place: Place, clientOf: () => Promise<GatewayClient>): Promise<Record<string, string> | null> {
  const { cluster = '', namespace = '', serviceAccount = '', tags = [] } = place;
  const check = async () => {
    await (await clientOf()).bindableRoles({ ...clusterOf(cluster), namespace, serviceAccount, tags });
    return null;
  };
  const errorsOf = (error: unknown) => {
    const findings = error instanceof GatewayError ? error.extensions.findings : null;
    const errors = ((findings ?? []) as Findings).map(({ path, message, advice }) => {
      const name = placeFields[path.split('.', 1)[0] ?? ''] ?? 'namespace';
      return [name, `${message} ${advice}`] as const;
    });
    return errors.length > 0 ? Object.fromEntries(errors.reverse()) : null;
  };
  return Promise.race([
    check().catch(errorsOf),
    new Promise<null>((resolve) => setTimeout(resolve, longestCheckMs, null)),
  ]);
}

/**
 * The menus. Each has at most the 100 options that Slack takes: people type to narrow them down.
 */
function registerMenus(app: App, { requests }: Parts): void {
  const menus = { cluster: clusterOptions, namespace: namespaceOptions, role: bindableOptions };
  for (const [name, choices] of Object.entries(menus)) {
    app.options<'block_suggestion'>(
      { type: 'block_suggestion', action_id: new RegExp(`^${name}(:|$)`) },
      async ({ ack, body, options }) => {
        try {
          const client = await requests.clientOf(personOf(body));
          const place = JSON.parse(body.view?.private_metadata ?? '{}') as Place;
          await ack({ options: await choices(client, place, options.value.trim()) });
        } catch {
          // A menu has no place for an error: the dry run will tell it.
          await ack({ options: [] });
        }
      },
    );
  }
}

/**
 * The request of a filled form. `expiresAt` is computed once: a repetition has to be the same
 * request.
 */
function draftOf(place: Place, values: ViewState): Draft {
  const { channel, cluster = '', namespace = '', serviceAccount = '', tags = [] } = place;
  const chosen = field(values, 'days');
  const days = Number(chosen ?? 0);
  const reason = field(values, 'reason');
  const input: Input = {
    ...clusterOf(cluster),
    namespace,
    serviceAccount,
    tags,
    roleArn: field(values, 'role') ?? '',
    ...(reason !== undefined && { reason }),
    ...(days > 0 && { expiresAt: new Date(Date.now() + days * 86_400_000).toISOString() }),
  };
  return { channel, input, days: chosen };
}

/** Tags of a text such as `team=payments, stage=dev`. */
function tagsOf(text: string): TagInput[] {
  const pairs = text.split(',').map((one) => one.trim().split('='));
  return pairs.flatMap(([key = '', ...rest]) =>
    key === '' ? [] : [{ key: key.trim(), value: rest.join('=').trim() }],
  );
}
