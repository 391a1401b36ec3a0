import * as v from 'valibot';
import type { Door, Outputs, Target } from './door.ts';
import { Failure, ifValid } from './failure.ts';
import { identityOf, isSame, physicalIdOf } from './identity.ts';
import type { Home } from './identity.ts';
import { readProperties } from './properties.ts';

/** The input of Terraform's `aws_lambda_invocation` and of its twin of Pulumi: a declaration, and what happens to it. */
export const invocation = v.looseObject({
  tf: v.object({
    action: v.picklist(['create', 'update', 'delete']),
    /** The input of the last invocation. */
    prev_input: v.optional(v.unknown()),
  }),
});

/**
 * Does what an invocation asks for. An update of cluster, namespace or service account makes the new
 * association, then deletes the old one.
 */
export async function answerInvocation(
  { tf, ...input }: v.InferOutput<typeof invocation>,
  door: Door,
  home: Home,
): Promise<Outputs> {
  const desired = targetOf(input, home);
  if (tf.action === 'delete') return door.ensureNo(desired);
  const before = tf.action === 'update' ? ifValid(() => targetOf(tf.prev_input, home)) : null;
  const isMoved = before !== null && !isSame(before.identity, desired.identity);
  const outputs = await door.ensure({ ...desired, isNew: tf.action === 'create' || isMoved, before });
  if (isMoved) await door.ensureNo(before).catch(leftOver(before));
  return outputs;
}

function targetOf(input: unknown, home: Home) {
  const { declaration, ...given } = Object(input) as Readonly<Record<string, unknown>>;
  const properties = readProperties(given);
  if (typeof declaration === 'string' && declaration !== '') {
    return { identity: identityOf(properties, home), declaration, properties };
  }
  throw new Failure('INVALID_INPUT', 'declaration is required: a name of your own, such as "payments/prod/api".');
}

/** Terraform records a failed update as done, so that nothing asks for this deletion again. */
function leftOver({ identity }: Target) {
  return (error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.name, `The association of ${physicalIdOf(identity)} is left: ${error.message}`, true);
  };
}
