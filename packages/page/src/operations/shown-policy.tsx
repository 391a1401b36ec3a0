import { useQuery } from '../api/use-query.ts';
import { OnePolicy } from '../generated/operations.ts';
import { useRoute } from '../route.ts';
import { Problem } from '../ui/problem.tsx';
import { PolicyCode, PolicyFacts } from './policy-text.tsx';

/**
 * The policy that the URL names, for those who may not read all: if its author shows it to
 * everyone.
 */
export function ShownPolicy() {
  const { params } = useRoute();
  const policyId = params.get('policy');
  const policySetHash = params.get('policySetHash');
  const { data, error, reload } = useQuery(OnePolicy, policyId === null ? null : { policyId, policySetHash });
  if (policyId === null) return null;
  const policy = data?.policy ?? null;
  return (
    <section aria-label="Policy" class="part">
      <h2>
        Policy <code>{policyId}</code>
      </h2>
      {error && <Problem error={error} retry={reload} />}
      {data === null && error === null && <p class="muted">Reading…</p>}
      {data !== null && policy === null && (
        <p class="notice">
          Its text is not shown to you: its author has not written <code>@readers("everyone")</code>, or it is not in
          force any more. Ask the platform admins.
        </p>
      )}
      {policy && (
        <div class="policy">
          <PolicyFacts policy={policy} />
          <PolicyCode text={policy.text} />
        </div>
      )}
    </section>
  );
}
