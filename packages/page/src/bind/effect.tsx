import type { Finding } from '../../../../src/model/finding.ts';
import { hrefOf } from '../route.ts';
import { Diff } from '../ui/diff.tsx';
import { Problem } from '../ui/problem.tsx';
import { Refusal, Warnings, roleMissing } from '../ui/refusal.tsx';
import { State } from '../ui/state.tsx';
import { diffOfChange } from './change-diff.ts';
import { boundParams } from './change.ts';
import type { Change } from './change.ts';
import type { Form } from './field.tsx';
import { isEmptiness } from './findings.ts';
import { AddTags } from './tags.tsx';
import type { Check } from './use-check.ts';

interface EffectProps {
  readonly form: Form;
  readonly change: Change | null;
  readonly findings: readonly Finding[];
  readonly check: Check;
  /** Called to add a tag that a rule names. */
  readonly onAddTag: (key: string) => void;
}

/** What a change will do: its differences, what policy says of it, and what pods will need. */
export function Effect({ form: { bound, isUnchecked }, change, findings, check, onAddTag }: EffectProps) {
  const { result, error, again } = check;
  // The existing association of a service account is known from the check.
  const before = change?.kind === 'create' ? (result?.existing ?? null) : bound;
  return (
    <section class="effect" aria-label="What will happen">
      <h2>What will happen</h2>
      <p role="status">
        <Status {...{ findings, check, isUnchecked }} />
      </p>
      {change && findings.length === 0 && !isCompared(result) && (
        <Diff fields={diffOfChange(change, before)} label="Settings" />
      )}
      {error && <Problem error={error} retry={again} />}
      {result?.refusal && <Refusal refusal={result.refusal} />}
      {result?.refusal && change?.kind === 'create' && (
        <AddTags refusal={result.refusal} tags={change.input.tags ?? []} onAdd={onAddTag} />
      )}
      {result && (result.refusal !== null || isRoleMissing(result)) && (
        <p>
          <button type="button" onClick={again}>
            Check again
          </button>
        </p>
      )}
      {change?.kind === 'create' && result?.existing && (
        <p>
          The service account has an association already:{' '}
          <a href={hrefOf('bind', boundParams(result.existing))}>change it</a>.
        </p>
      )}
      {result && <Warnings warnings={result.warnings} />}
      <p class="muted">
        A dry run of what you fill in changes nothing; it is sent once it stays unchanged for a second, and is recorded
        in the trail.
      </p>
    </section>
  );
}

function isRoleMissing({ warnings }: NonNullable<Check['result']>): boolean {
  return warnings.some(({ code }) => code === roleMissing);
}

/** Whether a refusal shows what differs. */
function isCompared(result: Check['result']): boolean {
  const refusal = result?.refusal;
  return refusal !== null && refusal !== undefined && 'differences' in refusal && Boolean(refusal.differences?.length);
}

function Status({ findings, check, isUnchecked }: Pick<EffectProps, 'findings' | 'check'> & Pick<Form, 'isUnchecked'>) {
  const missing = findings.filter(isEmptiness);
  if (missing.some(({ rule }) => rule === 'something-to-change')) return <>Nothing is changed yet.</>;
  if (findings.length > missing.length) return <>Some fields can’t be sent as they are: see there.</>;
  if (missing.length > 0) return <>Still to fill in: {missing.map(({ path }) => wordOf(path)).join(', ')}.</>;
  if (isUnchecked) return <>A link has filled this in. Look at it, then press “Check”.</>;
  const { result, isPending } = check;
  if (isPending) return <>Checking…</>;
  if (!result) return null;
  const { permittedBy = [], policyIds = [], approvalId = null } = result.decision ?? {};
  const by = permittedBy.length > 0 ? permittedBy : policyIds;
  if (isRoleMissing(result))
    return (
      <>
        <State name="denied">The role does not exist yet:</State> create it, then press “Check again”.
      </>
    );
  if (result.wouldBeAttempted)
    return (
      <>
        <State name="approved">permitted</State> {by.length > 0 && `by ${by.join(', ')}`}
        {approvalId !== null && ', after approval'}. EKS can still reject it.
      </>
    );
  if (result.onlyAsDryRun) return <>Policy permits this as a dry run only: you may check it, and not make it.</>;
  const isHeld = result.refusal?.code === 'APPROVAL_REQUIRED';
  return isHeld ? <>Others have to agree first.</> : <>It would be refused.</>;
}

const words: Readonly<Record<string, string>> = {
  clusterName: 'cluster',
  serviceAccount: 'service account',
  roleArn: 'role',
};

function wordOf(path: string): string {
  return words[path] ?? path;
}
