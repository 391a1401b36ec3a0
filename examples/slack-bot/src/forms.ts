import type { types } from '@slack/bolt';
import type { TagInput } from 'pod-identity-client';
import { blocksOf, optionOf, plain } from './blocks.ts';
import type { Card } from './blocks.ts';
import type { Input } from './requests.ts';

/** What the first form knows, in the private metadata of its view. A form shows what is known of its fields. */
export interface Place {
  /** Where the command was sent: the message of the request appears there. */
  readonly channel: string;
  /** `account/region/name`. */
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
  readonly serviceAccount?: string | undefined;
  /** Policy can demand tags: without them, it may permit no role at all. */
  readonly tags?: readonly TagInput[];
  /** The keys of tags that policy has missed. */
  readonly missingTags?: readonly string[];
}

/** A request that is ready to be sent. */
export interface Draft {
  readonly channel: string;
  readonly input: Input;
  /** How many days after its check it ends, as chosen in the form. */
  readonly days?: string | undefined;
  /** The keys of tags that policy has missed in the check. */
  readonly missingTags?: readonly string[];
}

/** The first form of a draft. */
export function placeOf({ channel, input, missingTags = [] }: Draft): Place {
  const { accountId, region, clusterName, namespace, serviceAccount } = input;
  const cluster = `${accountId}/${region}/${clusterName}`;
  return { channel, cluster, namespace, serviceAccount, tags: input.tags ?? [], missingTags };
}

interface Form {
  readonly callbackId?: string;
  readonly metadata?: string;
  /** The text of the button that submits; without it there is none. */
  readonly submit?: string;
  readonly inputs?: readonly types.KnownBlock[];
}

/** A modal with a card, and with the fields of a form under it. */
export function view(
  card: Card,
  { callbackId = 'shown', metadata = '', submit, inputs = [] }: Form = {},
): types.ModalView {
  return {
    type: 'modal',
    title: plain(card.title.slice(0, 24)),
    close: plain('Close'),
    ...(submit !== undefined && { submit: plain(submit) }),
    callback_id: callbackId,
    private_metadata: metadata,
    blocks: [...blocksOf(card, true), ...inputs],
  };
}

/**
 * The id of the menu of a cluster's namespaces: with another id, Slack forgets what was chosen for
 * another cluster.
 */
export const namespaceMenu = (cluster: string) => `namespace:${cluster}`;

/**
 * Cluster, namespace and service account. With a cluster only: without it, there are no namespaces
 * to offer.
 */
export function placeView(place: Place): types.ModalView {
  const { channel, cluster, namespace, serviceAccount, tags = [], missingTags = [] } = place;
  const missing = missingTags.filter((missed) => !tags.some(({ key }) => key === missed));
  // The person adds the values.
  const text = [...tags.map(({ key, value }) => `${key}=${value}`), ...missing.map((key) => `${key}=`)].join(', ');
  const rest = [
    menu('namespace', 'Namespace', {
      actionId: namespaceMenu(cluster ?? ''),
      chosen: namespace === '' ? undefined : namespace,
    }),
    textInput('service_account', 'Service account', 253, { value: serviceAccount }),
    optional(textInput('tags', 'Tags, as key=value', 400, { value: text })),
  ];
  return view(
    { title: 'Bind a role', lines: [['Which pods get the role?']] },
    {
      callbackId: 'bind_place',
      metadata: JSON.stringify({ channel, cluster }),
      submit: 'Next',
      inputs: [
        { ...menu('cluster', 'Cluster', { chosen: cluster }), dispatch_action: true },
        ...(cluster === undefined ? [] : rest),
      ],
    },
  );
}

/**
 * Role, end and reason.
 *
 * @param draft what the form was filled with before
 */
export function roleView(place: Place, draft?: Draft): types.ModalView {
  const ends = [
    ['0', 'No end'],
    ['1', 'One day'],
    ['7', 'A week'],
    ['30', '30 days'],
  ] as const;
  const options = ends.map(([value, text]) => ({ text: plain(text), value }));
  const chosen = options.find(({ value }) => value === draft?.days) ?? options[0];
  return view(
    { title: 'Bind a role', lines: [['For ', { code: `${place.namespace}/${place.serviceAccount}` }]] },
    {
      callbackId: 'bind_role',
      metadata: JSON.stringify(place),
      submit: 'Check',
      inputs: [
        {
          ...menu('role', 'Role: choose, or type its name', { chosen: draft?.input.roleArn }),
          hint: plain('If nothing is offered, type an ARN: the check says why.'),
        },
        {
          type: 'input',
          block_id: 'days',
          label: plain('Ends after'),
          element: { type: 'static_select', action_id: 'days', options, ...(chosen && { initial_option: chosen }) },
        },
        optional(textInput('reason', 'Reason, for the audit trail', 800, { isLong: true, value: draft?.input.reason })),
      ],
    },
  );
}

/** A menu whose options are read while the person types. */
function menu(
  name: string,
  label: string,
  { actionId = name, chosen }: { readonly actionId?: string; readonly chosen?: string | undefined } = {},
): types.InputBlock {
  const option = chosen === undefined ? null : optionOf(chosen, chosen.replace(/^\d{12}\/[\w-]+\//, ''));
  const element = { type: 'external_select' as const, action_id: actionId, min_query_length: 0 };
  const filled = option === null ? element : { ...element, initial_option: option };
  return { type: 'input', block_id: name, label: plain(label), element: filled };
}

export function textInput(
  name: string,
  label: string,
  longest: number,
  { isLong = false, value }: { readonly isLong?: boolean; readonly value?: string | null | undefined } = {},
): types.InputBlock {
  const element = { type: 'plain_text_input' as const, action_id: name, max_length: longest, multiline: isLong };
  const filled = value ? { ...element, initial_value: value } : element;
  return { type: 'input', block_id: name, label: plain(label), element: filled };
}

export const optional = (block: types.InputBlock): types.InputBlock => ({ ...block, optional: true });
