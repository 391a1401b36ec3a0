import './operations.css';
import type { PolicyViolation } from '../../../../src/generated/types.ts';
import { GatewayError } from '../../../client/src/client/errors.ts';
import { usePolling, useQuery } from '../api/use-query.ts';
import type { Loaded } from '../api/use-query.ts';
import { Viewer } from '../generated/api.ts';
import type { ViewerQuery } from '../generated/api.ts';
import {
  Locks as LocksQuery,
  OpenOperations as OpenQuery,
  Policies as PoliciesQuery,
} from '../generated/operations.ts';
import { useRoute } from '../route.ts';
import { Id } from '../ui/arn.tsx';
import { Facts } from '../ui/facts.tsx';
import { Head } from '../ui/head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Time } from '../ui/time.tsx';
import { Locks } from './locks.tsx';
import { OpenOperations } from './open-operations.tsx';
import { Policies, baselineOf } from './policies.tsx';
import { ShownPolicy } from './policy-text.tsx';

/** How often open operations are read again while there are any. Milliseconds. */
const againMs = 10_000;

/** What runs and what is stopped: open operations, locks, policies in force and the deployment. */
export function Operations() {
  const { params } = useRoute();
  const open = useQuery(OpenQuery, {});
  const locks = useQuery(LocksQuery, {});
  const policies = useQuery(PoliciesQuery, { comparedWith: baselineOf(params) });
  const deployment = useQuery(Viewer, {});
  const all = [open, locks, policies, deployment];
  const isAnyOpen = (open.data?.openOperations ?? []).length > 0;
  usePolling(open, isAnyOpen ? againMs : null);
  const denial = denialOf(open) ?? denialOf(locks) ?? denialOf(policies);
  const status = (
    <>
      {all.some(({ data, error }) => data === null && error === null) && 'Reading…'}
      {open.loadedAt !== null && (
        <>
          read <Time at={new Date(open.loadedAt).toISOString()} />
        </>
      )}
    </>
  );
  return (
    <>
      <Head title="Operations" status={status} onRefresh={() => all.forEach((one) => one.reload())} />
      {denial ? (
        <>
          <WhoMaySee denial={denial} />
          <ShownPolicy />
        </>
      ) : (
        <>
          <Section title="Open operations" loaded={open}>
            {({ openOperations }) => <OpenOperations operations={openOperations ?? []} />}
          </Section>
          <Section title="Locks" loaded={locks}>
            {(data) => <Locks locks={data.locks ?? []} />}
          </Section>
          <Section title="Policies in force" loaded={policies}>
            {(data) => data.policies && <Policies policies={data.policies} />}
          </Section>
        </>
      )}
      <Section title="Gateway" loaded={deployment}>
        {({ gateway }) => <Deployment gateway={gateway} />}
      </Section>
    </>
  );
}

interface SectionProps<Data> {
  readonly title: string;
  readonly loaded: Loaded<Data>;
  readonly children: (data: Data) => preact.ComponentChildren;
}

/** A part of the view, which fails alone. */
function Section<Data>({ title, loaded: { data, error, reload }, children }: SectionProps<Data>) {
  return (
    <section aria-label={title} class="part">
      <h2>{title}</h2>
      {error && <Problem error={error} retry={reload} />}
      {data !== null ? children(data) : !error && <p class="muted">Reading…</p>}
    </section>
  );
}

/** The error with which policy denies a read; null if it does not. */
function denialOf({ error }: Loaded<unknown>): GatewayError | null {
  return error instanceof GatewayError && error.code === 'FORBIDDEN' ? error : null;
}

/** What is not shown, and who can see it or give access. */
function WhoMaySee({ denial: { extensions } }: { readonly denial: GatewayError }) {
  const violations = (extensions.violations ?? []) as readonly PolicyViolation[];
  return (
    <div class="notice">
      <p>
        Open operations, locks and policies are shown to those who may read the whole audit trail, such as auditors and
        platform admins.
      </p>
      {violations.map(({ policyId, message, advice }) => (
        <p key={policyId}>
          {message} {advice}
        </p>
      ))}
    </div>
  );
}

/** Which gateway answers, and what it decides by. */
function Deployment({ gateway }: Pick<ViewerQuery, 'gateway'>) {
  const { version, deployedAt, policySetHash, inventoryHash, policyVersion } = gateway;
  return (
    <Facts
      facts={{
        Version: version,
        Deployed: deployedAt && <Time at={deployedAt} absolute />,
        'Policy version': policyVersion ? (
          <>
            {policyVersion.number}, <Time at={policyVersion.publishedAt} />
          </>
        ) : (
          'none: the policies of the deployment'
        ),
        'Policies, SHA-256': <Id id={policySetHash} />,
        'Inventory, SHA-256': <Id id={inventoryHash} />,
      }}
    />
  );
}
