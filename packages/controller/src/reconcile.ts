import { isDeepStrictEqual } from 'node:util';
import type { Pod } from '../../command/src/kubernetes/objects.ts';
import type { Association } from '../../client/src/client/result.ts';
import {
  apiVersion,
  bindingOf,
  finalizer,
  heldBy,
  isDeleting,
  isFinalizedHere,
  isObserved,
  retryOf,
} from './binding.ts';
import type { AssociationStatus, Binding, BindingStatus } from './binding.ts';
import { conditionsOf, readiness } from './conditions.ts';
import type { Draft } from './conditions.ts';
import type { Gateway } from './gateway.ts';
import { credentialsInjected } from './injection.ts';
import type { KubernetesApi } from './kubernetes/api.ts';
import { KubernetesError } from './kubernetes/api.ts';
import { delayOf } from './kubernetes/cache.ts';
import type { Cache } from './kubernetes/cache.ts';
import { isDecided } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import { selections } from './selection.ts';
import type { Selection } from './selection.ts';

/** What a reconciliation reads and writes. */
export interface ReconcileDependencies {
  readonly api: KubernetesApi;
  readonly gateway: Gateway;
  readonly bindings: Pick<Cache<Binding>, 'get' | 'inNamespace'>;
  readonly serviceAccounts: Pick<Cache<Named>, 'get' | 'inNamespace'>;
  /** Null: pods are not watched. */
  readonly pods: Pick<Cache<Pod>, 'inNamespace'> | null;
  /** The service account by which a namespace opts in. */
  readonly requester: string;
  readonly resyncMs: number;
  /** Between two looks at an approval that is waited for. */
  readonly approvalPollMs: number;
  /** Longest time between two attempts while nothing is known. */
  readonly maxDelayMs: number;
  readonly onOutcome: (outcome: Outcome) => void;
  readonly onStatus: (before: Binding, after: Binding) => Promise<void>;
}

export interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** When the gateway was asked about a resource last. All of it can be forgotten: then it is asked once more. */
interface Asked {
  readonly about: string;
  /** When it is asked again. Milliseconds since the start of the process. */
  readonly nextAt: number;
  readonly failures: number;
}

/** The path of a resource in the API. */
function pathOf({ namespace, name }: Named): string {
  return `/apis/${apiVersion}/namespaces/${namespace}/podidentitybindings/${name}`;
}

const nothing: Selection = { chosen: [], overlapped: new Map(), unreleased: new Map(), beyondLimit: 0 };

/**
 * Makes the function that brings the associations of a resource to what it declares, and its status
 * to what was observed. All that it knows of earlier runs is in the status of the resource, which
 * names a service account before the first request about it is sent.
 *
 * @returns a function of `namespace/name`, which gives the milliseconds until it has to run again
 */
export function makeReconcile(deps: ReconcileDependencies): (key: string) => Promise<number | null> {
  const { api, gateway, bindings, serviceAccounts, pods, requester } = deps;
  const asked = new Map<string, Asked>();
  /** The associations of each resource by service account, as the gateway answered last. */
  const seen = new Map<string, Map<string, Association>>();

  async function patch(binding: Binding, path: string, change: object): Promise<Binding> {
    const { resourceVersion } = binding.metadata;
    const metadata = { ...(change as { readonly metadata?: object }).metadata, resourceVersion };
    return bindingOf(await api.request({ method: 'PATCH', path, body: { ...change, metadata } }));
  }

  async function writeStatus(binding: Binding, status: BindingStatus): Promise<Binding> {
    if (isDeepStrictEqual(binding.status, status)) return binding;
    // A merge patch leaves what it does not name.
    const absent = status.observedRetry === undefined ? { observedRetry: null } : {};
    const after = await patch(binding, `${pathOf(binding)}/status`, { status: { ...status, ...absent } });
    await deps.onStatus(binding, after);
    return after;
  }

  /** The answer about a service account: of the gateway, or the one that is known if it need not be asked. */
  async function settle(binding: Binding, serviceAccount: string, desired: AssociationStatus['desired']) {
    const before = binding.status.associations?.find((one) => one.serviceAccount === serviceAccount);
    const isKnown = before?.desired === desired && isObserved(binding);
    if (isKnown && isDecided(before)) return { entry: before, retryMs: null, isUnknown: false };
    if (isKnown && before.state === 'Progressing' && before.approvalId !== undefined) {
      const state = await gateway.approval(binding.namespace, before.approvalId);
      if (state === 'Pending') return { entry: before, retryMs: deps.approvalPollMs, isUnknown: false };
      const message = `The approval ${before.approvalId} was not given.`;
      const entry = { ...before, state: 'Stalled', reason: `Approval${state}`, message } as const;
      if (state !== null) return { entry, retryMs: null, isUnknown: false };
    }
    const outcome = await (desired === 'Present' ? gateway.ensure : gateway.ensureNo)(binding, serviceAccount);
    deps.onOutcome(outcome);
    const { retryMs, isUnknown, association, ...answer } = outcome;
    const accounts = seen.get(keyOf(binding)) ?? new Map<string, Association>();
    if (association) seen.set(keyOf(binding), accounts.set(serviceAccount, association));
    // What is bound does not become unbound because the gateway can't be reached.
    if (isUnknown && isKnown && before.state === 'Bound') return { entry: before, retryMs, isUnknown };
    const entry = { serviceAccount, desired, ...answer };
    return { entry, retryMs: entry.approvalId === undefined ? retryMs : deps.approvalPollMs, isUnknown };
  }

  /** Asks the gateway about all service accounts of a resource. */
  async function ask(given: Binding, { chosen }: Selection) {
    const held = heldBy(given);
    const known = given.status.associations ?? [];
    const unlisted = chosen.filter((one) => !held.includes(one)).map(requested);
    const isListed = unlisted.length === 0;
    const stored = isListed
      ? given
      : await writeStatus(given, { ...given.status, associations: [...known, ...unlisted] });
    const answers = [];
    for (const account of stored.spec.deletionPolicy === 'Retain' ? [] : held.filter((one) => !chosen.includes(one))) {
      const answer = await settle(stored, account, 'Absent');
      if (!isGone(answer.entry)) answers.push(answer);
    }
    for (const account of chosen) answers.push(await settle(stored, account, 'Present'));
    const waits = answers.flatMap(({ retryMs }) => retryMs ?? []);
    const nextMs = waits.length === 0 ? null : Math.min(...waits);
    const isUnknown = answers.some((one) => one.isUnknown || isTransient(one.entry));
    return { stored, associations: answers.map(({ entry }) => entry), nextMs, isUnknown };
  }

  function injectionOf(binding: Binding, associations: readonly AssociationStatus[]): readonly Draft[] {
    if (pods === null || isDeleting(binding)) return [];
    const bound = new Set(associations.filter(({ state }) => state === 'Bound').map((one) => one.serviceAccount));
    const known = [...(seen.get(keyOf(binding))?.values() ?? [])].filter((one) => bound.has(one.serviceAccount));
    return bound.size === 0 ? [] : [credentialsInjected(pods.inNamespace(binding.namespace), known)];
  }

  /** When the gateway is asked again: after a growing time while nothing is known, else regularly. */
  function plan(
    key: string,
    about: string,
    { nextMs, isUnknown }: { readonly nextMs: number | null; readonly isUnknown: boolean },
  ) {
    const failures = isUnknown ? (asked.get(key)?.failures ?? 0) + 1 : 0;
    const regularMs = nextMs ?? deps.resyncMs * (0.8 + 0.4 * Math.random());
    const delayMs = isUnknown ? Math.max(nextMs ?? 0, delayOf(failures, deps.maxDelayMs)) : regularMs;
    return { about, nextAt: performance.now() + delayMs, failures };
  }

  async function reconcile(key: string): Promise<number | null> {
    const [namespace = '', name = ''] = key.split('/');
    let binding = bindings.get(namespace, name);
    if (binding === undefined || (isDeleting(binding) && !isFinalizedHere(binding))) {
      asked.delete(key);
      seen.delete(key);
      return null;
    }
    if (!isFinalizedHere(binding)) {
      const finalizers = [...(binding.metadata.finalizers ?? []), finalizer];
      binding = await patch(binding, pathOf(binding), { metadata: { finalizers } });
    }
    const others = bindings.inNamespace(namespace).filter((one) => one.name !== name);
    const accounts = serviceAccounts.inNamespace(namespace).map((one) => one.name);
    const selection = selections([...others, binding], accounts).get(name) ?? nothing;
    const about = aboutOf(binding, selection, serviceAccounts.get(namespace, requester) !== undefined);
    let last = asked.get(key);
    let associations = binding.status.associations ?? [];
    if (last?.about !== about || last.nextAt <= performance.now()) {
      const answer = await ask(binding, selection);
      [binding, associations] = [answer.stored, answer.associations];
      if (isDeleting(binding) && associations.length === 0) return finish(binding);
      last = plan(key, about, answer);
    }
    const drafts = [...readiness(binding, selection, associations), ...injectionOf(binding, associations)];
    await writeStatus(binding, {
      observedGeneration: binding.metadata.generation ?? 0,
      ...(retryOf(binding) !== '' && { observedRetry: retryOf(binding) }),
      conditions: conditionsOf(drafts, binding),
      associations,
    });
    // Not before: an answer that could not be written is asked for again.
    asked.set(key, last);
    return Math.max(0, last.nextAt - performance.now());
  }

  async function finish(binding: Binding): Promise<null> {
    const finalizers = binding.metadata.finalizers?.filter((one) => one !== finalizer) ?? [];
    await patch(binding, pathOf(binding), { metadata: { finalizers } });
    return null;
  }

  return async (key) => {
    try {
      return await reconcile(key);
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      // It is gone, or a newer version of it is on its way.
      if (error.status === 404) return null;
      if (error.status === 409) return conflictMs;
      throw error;
    }
  };
}

const conflictMs = 200;

function keyOf({ namespace, name }: Named): string {
  return `${namespace}/${name}`;
}

/** What a question to the gateway depends on: as long as it is equal, the last answer holds for a while. */
function aboutOf(binding: Binding, { chosen, unreleased }: Selection, hasRequester: boolean): string {
  return JSON.stringify([binding.metadata.generation, retryOf(binding), chosen, [...unreleased], hasRequester]);
}

/** The entry of a service account before the first request about it. */
function requested(serviceAccount: string): AssociationStatus {
  return { serviceAccount, desired: 'Present', state: 'Progressing', reason: 'Requested', message: 'It is asked for.' };
}

/** Whether nothing is left to delete: also what another declaration made is not deleted. */
function isGone({ state, reason }: AssociationStatus): boolean {
  return state === 'Bound' || reason === 'DeclaredElsewhere';
}

/** Whether time alone helps. */
function isTransient({ state, reason }: AssociationStatus): boolean {
  return state === 'Progressing' && reason !== 'ApprovalRequired';
}
