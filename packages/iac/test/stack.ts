import { randomUUID } from 'node:crypto';
import type { Opened } from './function.ts';

/** The properties of a resource, as a template has them. */
export type Declared = Readonly<Record<string, unknown>>;

interface Resource {
  readonly id: string;
  readonly properties: Declared;
}

interface Sent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Declared;
  readonly OldResourceProperties?: Declared;
}

interface Answered {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly Data?: Readonly<Record<string, string>>;
}

/**
 * A stack whose resources are associations, deployed as CloudFormation does it (its user guide: "Custom resource request types",
 * "Stack failure options"): a failed create is undone by a delete of the id that it answered, a failed update by an update back;
 * after an update, what has another id or is not declared any more is deleted.
 */
export function makeStack(opened: Pick<Opened, 'bucket' | 'invoke'>, name: string) {
  const StackId = `arn:aws:cloudformation:eu-central-1:111122223333:stack/${name}/${randomUUID()}`;
  const resources = new Map<string, Resource>();
  /** The requests that were sent, each with its answer. */
  const sent: (Sent & Answered)[] = [];

  /** Sends a request; `deliveries` times, as Lambda repeats events. */
  async function send(fields: Sent, { deliveries = 1, timeoutMs = 900_000 } = {}): Promise<Answered> {
    const { url: ResponseURL, received } = opened.bucket;
    const event = {
      ...fields,
      StackId,
      ResponseURL,
      RequestId: randomUUID(),
      ResourceType: 'Custom::PodIdentityAssociation',
    };
    const from = received.length;
    for (let count = 0; count < deliveries; count += 1) await opened.invoke(event, { timeoutMs });
    // CloudFormation reads the first answer.
    const answered = JSON.parse(received[from]?.text ?? '') as Answered;
    sent.push({ ...fields, ...answered });
    return answered;
  }

  const withToken = (properties: Declared) => ({
    ServiceToken: 'arn:aws:lambda:x',
    ServiceTimeout: '3600',
    ...properties,
  });
  const remove = (LogicalResourceId: string, { id, properties }: Resource, deliveries?: number) =>
    send(
      { RequestType: 'Delete', LogicalResourceId, PhysicalResourceId: id, ResourceProperties: withToken(properties) },
      { deliveries },
    );

  /** Makes the resources as declared. What failed, is undone; the result is the reason of the failure, or null. */
  async function deploy(template: Readonly<Record<string, Declared>>, deliveries = 1): Promise<string | null> {
    const undo: (() => Promise<Answered>)[] = [];
    const cleanUp: (() => Promise<Answered>)[] = [];
    let reason: string | null = null;
    const before = new Map(resources);
    for (const [LogicalResourceId, declared] of Object.entries(template)) {
      const old = resources.get(LogicalResourceId);
      const ResourceProperties = withToken(declared);
      if (old && JSON.stringify(old.properties) === JSON.stringify(declared)) continue;
      const common = { LogicalResourceId, ResourceProperties };
      const answer = old
        ? await send(
            {
              RequestType: 'Update',
              ...common,
              PhysicalResourceId: old.id,
              OldResourceProperties: withToken(old.properties),
            },
            { deliveries },
          )
        : await send({ RequestType: 'Create', ...common }, { deliveries });
      const now = { id: answer.PhysicalResourceId, properties: declared };
      if (!old) undo.push(() => remove(LogicalResourceId, now, deliveries));
      else {
        undo.push(async () => {
          const back = await send({
            RequestType: 'Update',
            LogicalResourceId,
            PhysicalResourceId: now.id,
            ResourceProperties: withToken(old.properties),
            OldResourceProperties: ResourceProperties,
          });
          return back.PhysicalResourceId === now.id ? back : remove(LogicalResourceId, now);
        });
        if (answer.Status === 'SUCCESS' && now.id !== old.id)
          cleanUp.push(() => remove(LogicalResourceId, old, deliveries));
      }
      if (answer.Status === 'FAILED') {
        reason = answer.Reason ?? '';
        break;
      }
      resources.set(LogicalResourceId, now);
    }
    if (reason === null) {
      for (const [id, resource] of before) {
        if (Object.hasOwn(template, id)) continue;
        cleanUp.push(() => remove(id, resource, deliveries));
        resources.delete(id);
      }
    } else {
      resources.clear();
      for (const [id, resource] of before) resources.set(id, resource);
    }
    for (const step of reason === null ? cleanUp : undo.reverse()) {
      const { Status, Reason } = await step();
      if (Status === 'FAILED') throw new Error(`The stack can't be completed: ${Reason ?? ''}`);
    }
    return reason;
  }

  return { deploy, remove: () => deploy({}), send, sent };
}
