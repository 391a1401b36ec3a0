import * as v from 'valibot';
import type { Door, Outputs } from './door.ts';
import { Failure } from './failure.ts';
import { idOf, knownTarget, targetOf } from './target.ts';
import type { Home } from './target.ts';

const declared = { declaration: v.optional(v.string(), '') };

/** The input of Terraform's `aws_lambda_invocation` and of Pulumi's twin: a declaration, and what happens to it. */
export const invocation = v.looseObject({
  ...declared,
  tf: v.object({
    action: v.picklist(['create', 'update', 'delete']),
    prev_input: v.fallback(v.looseObject(declared), { declaration: '' }),
  }),
});

/**
 * Does what an invocation asks for. An update of cluster, namespace or service account makes the new
 * association, then deletes the old one.
 */
export async function answerInvocation(
  input: v.InferOutput<typeof invocation>,
  door: Door,
  home: Home,
): Promise<Outputs> {
  const { tf, declaration, ...properties } = input;
  if (declaration === '')
    throw new Failure('INVALID_INPUT', 'declaration is required: a name such as "payments/prod/api".');
  const desired = targetOf(properties, declaration, home);
  if (tf.action === 'delete') return door.ensureNo(desired);
  const { declaration: declarationBefore, ...propertiesBefore } = tf.prev_input;
  const before = tf.action === 'update' ? knownTarget(propertiesBefore, declarationBefore, home) : null;
  const isMoved = before !== null && idOf(before) !== idOf(desired);
  const outputs = await door.ensure(desired, tf.action === 'create' || isMoved, before);
  if (isMoved) await door.ensureNo(before);
  return outputs;
}
