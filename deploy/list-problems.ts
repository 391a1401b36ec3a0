import { problem } from './problems.ts';
import type { Problem, Settings } from './problems.ts';

/** Tags of a resource ("Tagging AWS resources"), without the one that the framework adds. */
const maxTags = 49;

/** Audiences of an authorizer ("Quotas for HTTP APIs" of API Gateway). */
const maxAudiences = 50;

/**
 * Lists that are longer than AWS accepts, a tag of which only the last value would count, and
 * places of different kinds.
 */
export function listProblems({ tags = '', jwtAudience = '', otherAccounts = '' }: Settings): Problem[] {
  const audiences = jwtAudience.split(',').length;
  const kinds = new Set(otherAccounts.split(',').map((value) => value.slice(0, 2).replace(/\d\d/, 'account')));
  return [
    ...tagProblems(tags.split(',').flatMap((tag) => (tag === '' ? [] : tag.replace(/=.*/s, '')))),
    ...(audiences > maxAudiences
      ? [
          problem(
            'jwtAudience',
            `jwtAudience has ${audiences} audiences; an authorizer takes ${maxAudiences}.`,
            'Give fewer.',
          ),
        ]
      : []),
    ...(kinds.size > 1
      ? [problem('otherAccounts', 'otherAccounts has values of different kinds.', 'Give values of one kind.')]
      : []),
  ];
}

function tagProblems(names: readonly string[]): Problem[] {
  const repeated = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return [
    ...(names.length > maxTags
      ? [
          problem(
            'tags',
            `tags has ${names.length} tags; a resource takes ${maxTags} and the tag STAGE.`,
            'Give fewer tags.',
          ),
        ]
      : []),
    ...repeated.map((name) => problem('tags', `tags has ${name} more than once.`, 'Give each tag one value.')),
  ];
}
