import type { types } from '@slack/bolt';
import type { TagInput } from 'pod-identity-client';
import { blocksOf, plain } from './blocks.ts';
import type { Card } from './blocks.ts';
import type { Input } from './requests.ts';

/** What the first form knows, in the private metadata of its view. */
export interface Place {
  /** Where the command was sent: the message of the request appears there. */
  readonly channel: string;
  /** `account/region/name`. */
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
  readonly serviceAccount?: string | undefined;
  /** Policy can demand tags: without them, it may permit no role at all. */
  readonly tags?: readonly TagInput[];
}

/** A request that is ready to be sent. */
export interface Draft {
  readonly channel: string;
  readonly input: Input;
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
  const { cluster } = place;
  const rest = [
    menu('namespace', 'Namespace', namespaceMenu(cluster ?? '')),
    textInput('service_account', 'Service account', 253),
    optional(textInput('tags', 'Tags, as key=value', 400)),
  ];
  return view(
    { title: 'Bind a role', lines: [['Which pods get the role?']] },
    {
      callbackId: 'bind_place',
      metadata: JSON.stringify(place),
      submit: 'Next',
      inputs: [{ ...menu('cluster', 'Cluster'), dispatch_action: true }, ...(cluster === undefined ? [] : rest)],
    },
  );
}

/** Role, tags, end and reason. */
export function roleView(place: Place): types.ModalView {
  const ends = [
    ['0', 'No end'],
    ['1', 'One day'],
    ['7', 'A week'],
    ['30', '30 days'],
  ] as const;
  const options = ends.map(([value, text]) => ({ text: plain(text), value }));
  const [first] = options;
  return view(
    { title: 'Bind a role', lines: [['For ', { code: `${place.namespace}/${place.serviceAccount}` }]] },
    {
      callbackId: 'bind_role',
      metadata: JSON.stringify(place),
      submit: 'Check',
      inputs: [
        {
          ...menu('role', 'Role: choose, or type its name'),
          hint: plain('If nothing is offered, type an ARN: the check says why.'),
        },
        {
          type: 'input',
          block_id: 'days',
          label: plain('Ends after'),
          element: { type: 'static_select', action_id: 'days', options, ...(first && { initial_option: first }) },
        },
        optional(textInput('reason', 'Reason, for the audit trail', 800, true)),
      ],
    },
  );
}

/** A menu whose options are read while the person types. */
function menu(name: string, label: string, actionId = name): types.InputBlock {
  const element = { type: 'external_select' as const, action_id: actionId, min_query_length: 0 };
  return { type: 'input', block_id: name, label: plain(label), element };
}

export function textInput(name: string, label: string, longest: number, multiline = false): types.InputBlock {
  const element = { type: 'plain_text_input' as const, action_id: name, max_length: longest, multiline };
  return { type: 'input', block_id: name, label: plain(label), element };
}

export const optional = (block: types.InputBlock): types.InputBlock => ({ ...block, optional: true });
