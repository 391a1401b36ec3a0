import { useQuery } from '../api/use-query.ts';
import { TrailEntry } from '../generated/trail.ts';
import type { DecisionFragment, TrailEntryQuery } from '../generated/trail.ts';
import { hrefOf } from '../route.ts';
import { Id } from '../ui/arn.tsx';
import { Diff } from '../ui/diff.tsx';
import { Facts } from '../ui/facts.tsx';
import { Empty, Problem } from '../ui/problem.tsx';
import { State } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { Title } from '../ui/title.tsx';
import { Event, Subject, Who } from './cells.tsx';
import { OperationEntries } from './operation.tsx';
import { conditionFacts, settingsDiff } from './settings-diff.ts';
import { kindWords } from './words.ts';

type Entry = NonNullable<TrailEntryQuery['auditEntry']>;

/** An entry with its own URL. */
export function EntryView({ id }: { readonly id: string }) {
  return (
    <>
      <Title>Audit entry</Title>
      <EntryDetails id={id} />
    </>
  );
}

/** All that is recorded in an entry, and of its operation. */
export function EntryDetails({ id }: { readonly id: string }) {
  const { data, error, reload } = useQuery(TrailEntry, { id });
  const entry = data?.auditEntry ?? null;
  if (error) return <Problem error={error} retry={reload} />;
  if (data === null) return <p class="muted">Reading the entry…</p>;
  if (entry === null) return <Empty>There is no entry {id}, or you may not read it.</Empty>;
  const fields = settingsDiff(entry);
  return (
    <article class="entry">
      <h2>
        <Event event={entry.event} /> <span class="muted">{kindWords[entry.operationKind]}</span>{' '}
        <Subject target={entry.target} cluster={entry.cluster} />
      </h2>
      {entry.message && (
        <p>
          <bdi>{entry.message}</bdi>
        </p>
      )}
      {entry.decision && <Decision title="Decision" decision={entry.decision} />}
      {entry.deleteDecision && (
        <Decision title="Decision about the deletion at its end" decision={entry.deleteDecision} />
      )}
      {entry.findings.length > 0 && (
        <ul>
          {entry.findings.map(({ path, message, advice }) => (
            <li key={`${path}${message}`}>
              <code>{path}</code>: {message} {advice}
            </li>
          ))}
        </ul>
      )}
      {fields.length > 0 && (
        <>
          <h3>{entry.before ? 'Association before, and as requested' : 'Requested'}</h3>
          <Diff fields={fields} label="Settings" />
        </>
      )}
      <h3>Who and when</h3>
      <Facts facts={whoFacts(entry)} />
      <h3>To look it up</h3>
      <Facts facts={idFacts(entry)} />
      <OperationEntries id={entry.operationId} selected={entry.id} />
    </article>
  );
}

/** Which policy decided, and why. */
function Decision({ title, decision }: { readonly title: string; readonly decision: DecisionFragment }) {
  const { allowed, onlyAsDryRun, policyIds, permittedBy, violations, needs, approvalId } = decision;
  // Decisions of earlier versions do not name what permits them.
  const by = allowed && permittedBy.length > 0 ? permittedBy : policyIds;
  const approvers = [
    ...new Set(needs.flatMap(({ approvedBy }) => approvedBy.map(({ principal }) => principal.principalId))),
  ];
  // What an approval lifts is among both.
  const others = violations.filter((one) => needs.every(({ policyId }) => policyId !== one.policyId));
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <p>
        <State name={allowed ? 'approved' : needs.length > 0 ? 'approval' : 'denied'}>
          {allowed ? 'permitted' : needs.length > 0 ? 'needs approval' : 'denied'}
        </State>
        {onlyAsDryRun && ' as a dry run only'}
        {by.length > 0 && (
          <>
            {' '}
            by <PolicyLinks ids={by} />
          </>
        )}
        {allowed && approvalId !== null && (
          <>
            , after <a href={hrefOf('approvals', { id: approvalId })}>approval</a>
            {approvers.length > 0 && ' by '}
            {approvers.map((principalId, index) => (
              <span key={principalId}>
                {index > 0 && ', '}
                <Who principalId={principalId} />
              </span>
            ))}
          </>
        )}
      </p>
      {others.map(({ policyId, message, advice }) => (
        <p key={policyId} class="notice">
          <PolicyLinks ids={[policyId]} />: {message} {advice}
        </p>
      ))}
      {!allowed &&
        needs.map(({ policyId, message, group, count }) => (
          <p key={policyId} class="notice">
            <PolicyLinks ids={[policyId]} />: {message} It takes {count} of {group}.
          </p>
        ))}
    </section>
  );
}

function PolicyLinks({ ids }: { readonly ids: readonly string[] }) {
  return ids.map((id, index) => (
    <span key={id}>
      {index > 0 && ', '}
      <a href={hrefOf('operations', { policy: id })}>
        <code>{id}</code>
      </a>
    </span>
  ));
}

function whoFacts(entry: Entry) {
  const { principal, actor, onBehalfOf, reason, declaration, request, sourceAddress, userAgent, time } = entry;
  const others =
    principal.otherGroupsCount > 0
      ? ` and ${principal.otherGroupsCount} other${principal.otherGroupsCount === 1 ? '' : 's'}`
      : '';
  return {
    Time: <Time at={time} absolute />,
    Principal: <a href={hrefOf('trail', { principalId: principal.principalId })}>{principal.principalId}</a>,
    Groups: principal.groups.length > 0 ? `${principal.groups.join(', ')}${others}` : others.trim(),
    Session: principal.sessionName,
    'Through the service': actor?.principalId,
    'On behalf of': onBehalfOf,
    Reason: reason,
    Declaration: declaration,
    ...conditionFacts(request),
    'Source address': sourceAddress,
    'User agent': userAgent,
  };
}

/** Ids, and how to find the rest with them: CloudTrail's event, and the proof of the log. */
function idFacts({ id, operationId, approvalId, associationArn, eksRequestId, apiRequestId, decision }: Entry) {
  return {
    Entry: <Id id={id} href={hrefOf('trail/entry', { id })} />,
    Operation: <Id id={operationId} href={hrefOf('trail/operation', { id: operationId })} />,
    Approval: approvalId && <Id id={approvalId} href={hrefOf('approvals', { id: approvalId })} />,
    Association: associationArn && <Id id={associationArn} href={hrefOf('trail', { associationArn })} />,
    'CloudTrail, requestID': eksRequestId && <Id id={eksRequestId} />,
    'Request at the API': <Id id={apiRequestId} />,
    Policies: decision && <Id id={decision.policySetHash} />,
    Inventory: decision && <Id id={decision.inventoryHash} />,
    'Proof of the log': <code>pod-identity-operator trail prove {id}</code>,
  };
}
