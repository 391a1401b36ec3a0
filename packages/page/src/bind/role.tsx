import { Arn } from '../ui/arn.tsx';
import { completedRole } from './change.ts';
import type { OfferedRoles } from './change.ts';
import { Field } from './field.tsx';
import type { Form } from './field.tsx';

type OfferedRole = OfferedRoles[number];

/** How many roles of the inventory an answer has at most. */
const pageSize = 50;

/** The role: one that is offered, the name of one at a path that is offered, or any ARN. */
export function Role({ form }: { readonly form: Form }) {
  const { roles, owners } = form;
  const typed = form.valueOf('roleArn');
  const known = roles ?? [];
  const completed = completedRole(typed, known);
  const open = known.filter(({ permission }) => permission !== 'DENIED');
  const named = known.filter(({ source }) => source === 'INVENTORY').map(({ roleArn }) => roleArn);
  return (
    <>
      <Field
        {...{ form, name: 'roleArn', label: 'Role', offered: named }}
        hint={
          <>
            {completed !== typed && <>That is {completed}. </>}
            {open.filter(isPath).map(({ roleArn, needs }) => (
              <span key={roleArn}>
                Any role in {roleArn.slice(0, -1)}: its name is enough.{needs.map(approversOf)}{' '}
              </span>
            ))}
            {open
              .filter((role) => !isPath(role) && role.needs.length > 0)
              .map(({ roleArn, needs }) => (
                <span key={roleArn}>
                  {roleArn}:{needs.map(approversOf)}{' '}
                </span>
              ))}
            {roles?.length === 0 && (
              <>
                No role is offered to you here: give the ARN of one, and the check says why.
                {owners.length > 0 && <> The namespace belongs to {owners.join(', ')}.</>}
              </>
            )}
            {named.length === pageSize && <>There can be more roles than are offered.</>}
          </>
        }
      />
      <Denied roles={known.filter(({ permission }) => permission === 'DENIED')} />
    </>
  );
}

function isPath({ source }: OfferedRole): boolean {
  return source === 'CONVENTION';
}

function approversOf({ group, count }: OfferedRole['needs'][number]) {
  return ` ${count === 1 ? 'A member' : `${count} members`} of ${group} must approve.`;
}

/** Roles that policy denies, with what is missing: those that lack the same have it once. */
function Denied({ roles }: { readonly roles: readonly OfferedRole[] }) {
  const groups = Map.groupBy(roles, ({ violations }) => violations.map(({ policyId }) => policyId).join());
  if (groups.size === 0) return null;
  return (
    <ul class="denied-roles" aria-label="Roles that can’t be bound as it is">
      {[...groups].map(([key, alike]) => (
        <li key={key}>
          Denied:{' '}
          {alike.map((role) =>
            isPath(role) ? (
              <bdi key={role.roleArn}>each role in {role.roleArn.slice(0, -1)} </bdi>
            ) : (
              <Arn key={role.roleArn} arn={role.roleArn} />
            ),
          )}
          {alike[0]?.violations.map(({ policyId, message, advice }) => (
            <p key={policyId} class="muted">
              <bdi>{message}</bdi> <bdi>{advice}</bdi>
            </p>
          ))}
        </li>
      ))}
    </ul>
  );
}
