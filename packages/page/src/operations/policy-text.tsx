import { useQuery } from '../api/use-query.ts';
import { OnePolicy } from '../generated/operations.ts';
import type { PolicyTextFragment } from '../generated/operations.ts';
import { hrefOf, useRoute } from '../route.ts';
import { Facts } from '../ui/facts.tsx';
import { Problem } from '../ui/problem.tsx';
import { lineDiff } from './text-diff.ts';

/** A policy in force, and the one that it is compared with; null: there is none. */
type Compared = Readonly<Record<'inForce' | 'before', PolicyTextFragment | null>>;

/** The text of a policy, as a difference where it has one, and what its author says of it. */
export function PolicyDetails({ policy: { inForce, before } }: { readonly policy: Compared }) {
  const shown = inForce ?? before;
  if (shown === null) return null;
  return (
    <div class="policy">
      <PolicyFacts policy={shown} />
      {inForce === null && <p>It is not in force any more:</p>}
      {inForce !== null && before !== null && inForce.text !== before.text ? (
        <TextDiff before={before.text} after={inForce.text} />
      ) : (
        <PolicyCode text={shown.text} />
      )}
      <p>
        <a href={hrefOf('trail', { scope: 'gateway', policyId: shown.policyId })}>Requests that it decided</a>
      </p>
    </div>
  );
}

/** What a policy does, and its annotations. */
function PolicyFacts({ policy: { effect, file, annotations } }: { readonly policy: PolicyTextFragment }) {
  const {
    message,
    advice,
    approvers,
    count = '1',
    readers,
    ...others
  } = Object.fromEntries(annotations.map(({ name, value }) => [name, value]));
  const facts = {
    [effect === 'PERMIT' ? 'Permits' : 'Forbids']: message,
    Advice: advice,
    'Lifted by approval of': approvers && `${count} of ${approvers}`,
    File: file,
    'Text is shown to': readers ?? 'readers of the whole audit trail',
  };
  return <Facts facts={{ ...facts, ...others }} />;
}

/** A Cedar text. */
export function PolicyCode({ text }: { readonly text: string }) {
  return (
    <pre tabIndex={0} aria-label="Text of the policy">
      {text}
    </pre>
  );
}

const signs = { same: '  ', removed: '− ', added: '+ ' } as const;

function TextDiff({ before, after }: { readonly before: string; readonly after: string }) {
  return (
    <pre class="text-diff" tabIndex={0} aria-label="Text of the policy, with what differs">
      {lineDiff(before, after).map(({ kind, text }, index) => {
        const line = `${signs[kind]}${text}\n`;
        if (kind === 'same') return line;
        return kind === 'removed' ? <del key={index}>{line}</del> : <ins key={index}>{line}</ins>;
      })}
    </pre>
  );
}

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
